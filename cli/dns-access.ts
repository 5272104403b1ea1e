import { CommandError } from "./exit.ts";

export type DnsAccess = "loopback" | "token" | "public";

/** @throws CommandError: a resolver that waits for a token that nobody has would answer nobody. */
export function requireToken({ dnsAccess, dnsToken }: { dnsAccess: DnsAccess; dnsToken?: string }): void {
  if (dnsAccess === "token" && dnsToken === undefined) {
    throw new CommandError("--dns-access token needs --dns-token; or choose --dns-access loopback or public");
  }
}
