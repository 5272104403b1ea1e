import { randomBytes } from "node:crypto";
import { Command } from "commander";
import { sha256 } from "../contract/index.ts";

/** Octets: what nobody guesses. */
const TOKEN_OCTETS = 24;

interface TokenFlags {
  name: string;
  view: string;
}

export function tokenCommand(): Command {
  return new Command("token")
    .description(
      "Draw a token for the resolver, and print what the Secret of those who may ask has to say of it.",
    )
    .requiredOption("--name <text>", "who it is for: the name in logs and metrics")
    .requiredOption("--view <name>", "the view that it gives")
    .action(async ({ name, view }: TokenFlags) => {
      process.stdout.write(await tokenText(name, view));
    });
}

/** The token itself is shown here and nowhere else. */
async function tokenText(name: string, view: string): Promise<string> {
  const token = randomBytes(TOKEN_OCTETS).toString("base64url");
  return [
    `token: ${token}`,
    "in access.yaml:",
    "tokens:",
    `  ${JSON.stringify(name)}: { sha256: ${await sha256(token)}, view: ${JSON.stringify(view)} }`,
    "",
  ].join("\n");
}
