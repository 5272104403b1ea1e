/** The flags by which a command asks a running edge. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { options } from "./options.ts";

export interface EdgeFlags {
  edgeUrl?: string;
  token?: string;
  systemHost: string;
}

export const edgeOptions = {
  edgeUrl: () =>
    new Option("--edge-url <url>", "a running edge, by the URL of its system host")
      .env("LINTEL_EDGE_URL")
      .argParser(parseWebUrl),
  token: () =>
    new Option("--token <token>", "the resolver's token, where the edge asks for it").env("LINTEL_DNS_TOKEN"),
};

export function withEdgeOptions(command: Command): Command {
  return command
    .addOption(edgeOptions.edgeUrl())
    .addOption(edgeOptions.token())
    .addOption(options.systemHost());
}

export function parseWebUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new InvalidArgumentError("It must be an http or https URL.");
  }
  return text;
}
