import { isIP } from "node:net";
import { Command, InvalidArgumentError, Option } from "commander";
import type { LogLevel } from "./log.ts";
import {
  type Listen,
  LOCAL_TARGETS,
  options,
  parseCidrs,
  parseList,
  parseListen,
  parseSecret,
} from "./options.ts";

export interface DnsFlags {
  listen: readonly Listen[];
  doh: readonly string[];
  token?: string;
  ca?: string;
  connect: readonly Listen[];
  bootstrap: readonly string[];
  clients: readonly string[];
  cache: number;
  stale: number;
  logNames?: true;
  logLevel: LogLevel;
}

const DEFAULT_LISTEN: readonly Listen[] = [{ host: "127.0.0.1", port: 53 }];
const NONE: readonly never[] = [];
/** Besides what else is private: link-local addresses (RFC 3927, RFC 4291). */
const LOCAL_CLIENTS: readonly string[] = [...LOCAL_TARGETS, "169.254.0.0/16", "fe80::/10"];

/** `--listen` is `LINTEL_DNS_LISTEN`: the stub may stand beside an edge and have its own. */
function option(flags: string, description: string): Option {
  const name = /--([a-z-]+)/.exec(flags)?.[1] ?? flags;
  return new Option(flags, description).env(`LINTEL_DNS_${name.toUpperCase().replaceAll("-", "_")}`);
}

/** A flag that may be given again, or once with commas. */
function repeated<T>(parse: (text: string) => T, fallback: readonly T[]) {
  return (text: string, previous: readonly T[]): readonly T[] => {
    const values = parseList(text).map(parse);
    return previous === fallback ? values : [...previous, ...values];
  };
}

export function dnsCommand(): Command {
  return new Command("dns")
    .description("Answer plain DNS on this machine, over UDP and TCP, by asking a resolver over HTTPS.")
    .addOption(
      option("--doh <url>", "the resolver, `https://HOST/dns-query`; again for others, asked when it fails")
        // Not looked into here: what is wrong with a flag is shown with it, and this one may hold a token.
        .argParser(repeated((text) => text, NONE))
        .default(NONE, "none"),
    )
    .addOption(
      option("--listen <address:port>", "where to answer; again for more; port 0 picks a free one")
        .argParser(repeated(parseAddress, DEFAULT_LISTEN))
        .default(DEFAULT_LISTEN, "127.0.0.1:53"),
    )
    .addOption(
      option(
        "--token <token>",
        "the resolver's token, sent as bearer token, if it is not in the URL",
      ).argParser(parseSecret),
    )
    .addOption(option("--ca <file>", "certificates (PEM) to trust in place of the public authorities"))
    .addOption(
      option(
        "--connect <address:port>",
        "where to dial for --doh, in place of asking DNS; once for each --doh",
      )
        .argParser(repeated(parseAddress, NONE))
        .default(NONE, "what DNS says"),
    )
    .addOption(
      option("--bootstrap <addresses>", "plain DNS servers to ask for the resolver's own address")
        .argParser(repeated(parseServer, NONE))
        .conflicts("connect")
        .default(NONE, "the operating system"),
    )
    .addOption(
      option("--clients <cidrs>", "the addresses that may ask, separated by commas")
        .argParser(parseCidrs)
        .default(LOCAL_CLIENTS, "private and loopback ranges"),
    )
    .addOption(
      option("--cache <entries>", "how many answers to keep; 0: none").argParser(parseCount).default(10_000),
    )
    .addOption(
      option(
        "--stale <seconds>",
        "how long an answer that has run out may stand in while no resolver answers",
      )
        .argParser(parseCount)
        .default(86_400),
    )
    .addOption(option("--log-names", "log what is asked for, at level debug"))
    .addOption(options.logLevel())
    .action(async (flags: DnsFlags) => {
      const { runDns } = await import("./run/dns.ts");
      await runDns(flags);
    });
}

/** A name would have to be looked up first, by what is only being started. */
function parseAddress(text: string): Listen {
  const address = parseListen(text);
  if (isIP(address.host) !== 0) return address;
  throw new InvalidArgumentError("It must begin with an IP address, as 127.0.0.1:53 does.");
}

function parseServer(text: string): string {
  if (isIP(text) === 0) parseAddress(text);
  return text;
}

function parseCount(text: string): number {
  if (/^\d{1,7}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a whole number, up to 9999999.");
}
