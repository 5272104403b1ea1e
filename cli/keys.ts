import { Command } from "commander";
import { createKeys } from "./key-files.ts";
import { options } from "./options.ts";

export function keysCommand(): Command {
  return new Command("keys")
    .description("Create the signing pair, the sealing key and the gateway secret of a deployment.")
    .addOption(options.out())
    .action(async ({ out }: { out: string }) => {
      for (const path of await createKeys(out)) process.stdout.write(`${path}\n`);
    });
}
