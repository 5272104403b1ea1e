import { Command, Option } from "commander";
import { options } from "./options.ts";

export interface CheckFlags {
  format: "text" | "json";
  adoptClass?: readonly string[];
  onlyClass?: readonly string[];
  clusterDomain: string;
  controllerConfig: string;
}

export function checkCommand(): Command {
  return new Command("check")
    .summary("Say of each Ingress, and of Corefiles, what would be served, approximated and refused.")
    .description(
      "Say of each Ingress what would be served as it is, what would be approximated and what refused, with the remedy; and the same of Corefiles, in ConfigMaps and in files of that name. Ends with 1 where something needs a change.",
    )
    .argument(
      "<path...>",
      "manifest files, folders of them, Corefiles, or - for standard input (`kubectl get ingress -A -o yaml | lintel check -`)",
    )
    .addOption(new Option("--format <format>", "how to print").choices(["text", "json"]).default("text"))
    .addOption(
      classes(
        "--adopt-class <names>",
        "check only what an agent would serve that adopts these ingress classes",
      ),
    )
    .addOption(classes("--only-class <names>", "check only Ingresses of these classes; else of every class"))
    .addOption(options.clusterDomain())
    .addOption(options.controllerConfig())
    .action(async (paths: readonly string[], flags: CheckFlags) => {
      const { runCheck } = await import("./run/check.ts");
      await runCheck(paths, flags);
    });
}

function classes(flags: string, description: string): Option {
  return new Option(flags, `${description}, separated by commas`).argParser((text) =>
    text
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== ""),
  );
}
