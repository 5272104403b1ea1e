import type { DnsAccess } from "../contract/index.ts";
import { UsageError } from "./exit.ts";

/** @throws UsageError: a resolver that waits for a token that nobody has would answer nobody. */
export function requireToken({ dnsAccess, dnsToken }: { dnsAccess: DnsAccess; dnsToken?: string }): void {
  if (dnsAccess === "token" && dnsToken === undefined) {
    throw new UsageError("--dns-access token needs --dns-token; or choose --dns-access loopback or public");
  }
}
