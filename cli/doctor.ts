import { Command, InvalidArgumentError, Option } from "commander";
import type { PodMode } from "../contract/index.ts";
import type { CertificateMode } from "../sync-agent/certificates/desired.ts";
import { options } from "./options.ts";

export interface DoctorFlags {
  keys?: string;
  cluster: string;
  kvUrl: string;
  apiToken?: string;
  accountId: string;
  namespaceId: string;
  certificates?: CertificateMode;
  zoneId: readonly string[];
  headUrl?: string;
  systemUrl?: string;
  gateway?: string;
  kubeconfig?: string;
  namespaces: readonly string[];
  leaseNamespace?: string;
  leaseName?: string;
  dnsPods: PodMode;
  format: "text" | "json";
}

export function doctorCommand(): Command {
  return new Command("doctor")
    .description(
      "Check a setup, and say what to do about what is wrong. Takes the agent's flags; what needs a flag that is not given is skipped.",
    )
    .addOption(options.keys().makeOptionMandatory(false))
    .addOption(options.cluster())
    .addOption(options.kvUrl())
    .addOption(options.apiToken().makeOptionMandatory(false))
    .addOption(options.accountId())
    .addOption(options.namespaceId())
    .addOption(options.certificates())
    .addOption(options.zoneId())
    .addOption(options.headUrl())
    .addOption(url("--system-url <url>", "the edge's own endpoints; the head URL's host unless given"))
    .addOption(url("--gateway <url>", "an origin gateway, as it can be reached from here"))
    .addOption(options.kubeconfig())
    .addOption(options.namespaces())
    .addOption(options.leaseNamespace())
    .addOption(options.leaseName())
    .addOption(options.dnsPods())
    .addOption(new Option("--format <format>", "how to print").choices(["text", "json"]).default("text"))
    .action(async (flags: DoctorFlags) => {
      const { runDoctor } = await import("./run/doctor.ts");
      await runDoctor(flags);
    });
}

function url(flags: string, description: string): Option {
  const name = /--([a-z-]+)/.exec(flags)?.[1] ?? "";
  return new Option(flags, description)
    .env(`LINTEL_${name.toUpperCase().replaceAll("-", "_")}`)
    .argParser((text) => {
      if (/^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : "")) return text.replace(/\/$/, "");
      throw new InvalidArgumentError("It must be an http or https URL.");
    });
}
