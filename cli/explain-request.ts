import { Command, InvalidArgumentError, Option } from "commander";
import { canonicalAddress } from "../contract/index.ts";
import { edgeOptions, parseWebUrl } from "./edge-flags.ts";
import { options } from "./options.ts";

export interface ExplainFlags {
  header: readonly string[];
  from: string;
  format: "text" | "json";
  manifests?: readonly string[];
  edgeUrl?: string;
  token?: string;
  ingressClass: string;
  adoptClass: readonly string[];
  controllerConfig: string;
  clusterDomain: string;
  systemHost: string;
}

export function explainCommand(): Command {
  return new Command("explain")
    .summary("Show what becomes of a request, and why, without sending it.")
    .description(
      "Show what becomes of a request, and why, without sending it: host, rule, filters in order, rewrite, backend and endpoints. From manifests, or from what an edge serves.",
    )
    .argument("<method>", "the request's method")
    .argument("<url>", "its URL; a host that resolves nowhere will do", parseWebUrl)
    .addOption(
      new Option("-H, --header <line>", "a header of it, `Name: value`; may be repeated")
        .argParser(collect)
        .default([], "none"),
    )
    .addOption(
      new Option("--from <address>", "the client's address").argParser(parseAddress).default("127.0.0.1"),
    )
    .addOption(new Option("--format <format>", "how to print").choices(["text", "json"]).default("text"))
    .addOption(
      new Option(
        "--manifests <path>",
        "manifest files, a folder of them, or - for standard input; may be repeated",
      )
        .argParser(collect)
        .conflicts("edgeUrl"),
    )
    .addOption(edgeOptions.edgeUrl())
    .addOption(edgeOptions.token())
    .addOption(options.ingressClass())
    .addOption(options.adoptClass(["nginx"]))
    .addOption(options.controllerConfig())
    .addOption(options.clusterDomain())
    .addOption(options.systemHost())
    .action(async (method: string, url: string, flags: ExplainFlags) => {
      const { runExplain } = await import("./run/explain.ts");
      await runExplain(method.toUpperCase(), new URL(url), flags);
    });
}

function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

function parseAddress(text: string): string {
  const address = canonicalAddress(text);
  if (address !== undefined) return address;
  throw new InvalidArgumentError("It must be an IP address.");
}
