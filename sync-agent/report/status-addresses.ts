/** Where clients reach the edge: what `--status-address` says and the status of served Ingresses shows. Pure. */
import { canonicalAddress } from "../../contract/index.ts";
import { isDnsSubdomain } from "../cluster/objects/names.ts";
import type { LoadBalancerAddress } from "../cluster/state.ts";

/** `--status-address` names something that the API server would refuse as an address. */
export class StatusAddressError extends Error {
  override name = "StatusAddressError";
  readonly remedy: string;

  constructor(address: string) {
    const remedy =
      "give IP addresses and hostnames such as 203.0.113.7 or edge.example.com, separated by commas";
    super(`status address: ${JSON.stringify(address)} is neither an IP address nor a hostname; ${remedy}`);
    this.remedy = remedy;
  }
}

/**
 * IP addresses become `ip`, names `hostname`; what is said twice is taken once. Nothing but blanks and commas is none.
 *
 * @throws StatusAddressError
 */
export function parseStatusAddresses(text: string): LoadBalancerAddress[] {
  const written = text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const addresses = written.map(parseAddress);
  return [...new Map(addresses.map((address) => [keyOf(address), address])).values()];
}

/** The API takes RFC 1123 subdomains; one whose last label is a number is an IP address with a slip in it. */
function parseAddress(text: string): LoadBalancerAddress {
  const ip = canonicalAddress(text);
  if (ip !== undefined) return { ip };
  const hostname = text.toLowerCase().replace(/\.$/, "");
  if (!isDnsSubdomain(hostname) || /(?:^|\.)\d+$/.test(hostname)) throw new StatusAddressError(text);
  return { hostname };
}

/** Whether both say the same, in whatever order. */
export function sameAddresses(a: readonly LoadBalancerAddress[], b: readonly LoadBalancerAddress[]): boolean {
  const keys = (addresses: readonly LoadBalancerAddress[]) => addresses.map(keyOf).toSorted();
  return JSON.stringify(keys(a)) === JSON.stringify(keys(b));
}

function keyOf({ ip = "", hostname = "" }: LoadBalancerAddress): string {
  return `${canonicalAddress(ip) ?? ip} ${hostname}`;
}
