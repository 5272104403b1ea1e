/** Zones as Corefiles write them: `example.org`, `.:53`, `dns://example.org.:1053`, `10.0.0.0/24`. */
import ipaddr from "ipaddr.js";
import { CorefileError } from "./error.ts";
import { ownerText, readLabels } from "./names.ts";
import type { Word } from "./syntax.ts";

export interface ServerKey {
  readonly scheme: string;
  readonly port: number;
  /** Several for an address range that ends within an octet. */
  readonly zones: readonly string[];
}

const PORTS: Readonly<Record<string, number>> = {
  dns: 53,
  tls: 853,
  quic: 853,
  grpc: 443,
  https: 443,
  https3: 443,
};

/** @throws CorefileError */
export function readServerKey({ text, place }: Word): ServerKey {
  const [, scheme = "dns", rest = ""] = /^(?:([a-z0-9]+):\/\/)?(.*)$/is.exec(text) ?? [];
  const known = PORTS[scheme.toLowerCase()];
  if (known === undefined) {
    throw new CorefileError(
      place,
      `"${text}" begins with no transport of DNS`,
      `Write one of ${Object.keys(PORTS).join(", ")}, or none.`,
    );
  }
  const [, host = rest, digits] = /^(.*):(\d+)$/s.exec(rest) ?? [];
  if (rest.endsWith(":") || Number(digits ?? 0) > 65_535) {
    throw new CorefileError(
      place,
      `"${text}" does not end in a port`,
      "Write one, as in `.:53`, or no colon.",
    );
  }
  const port = digits === undefined ? known : Number(digits);
  return { scheme: scheme.toLowerCase(), port, zones: readZones({ text: host, place }) };
}

/** Zones that a plugin names; those of its server block where it names none. */
export function zonesOf(words: readonly Word[], ofServer: readonly string[]): string[] {
  const [first] = words;
  if (first === undefined) return [...ofServer];
  const zones = new Set(words.flatMap((word) => readServerKey(word).zones));
  if (zones.size <= MOST_ZONES) return [...zones];
  throw new CorefileError(first.place, `${zones.size} zones stand here`, `Name at most ${MOST_ZONES}.`);
}

/** An address range may be 128 of them. */
const MOST_ZONES = 10_000;

/** The names of `fallthrough`: all of the plugin's own where it says none. */
export function fallthroughOf(words: readonly Word[]): string[] {
  return zonesOf(words, ["."]);
}

function readZones({ text, place }: Word): string[] {
  if (ipaddr.isValidCIDR(text)) return reverseZones(text);
  if (text === "") return ["."];
  const labels = readLabels(text);
  if (labels !== undefined) return [ownerText(labels)];
  throw new CorefileError(
    place,
    `"${text}" is not the name of a zone`,
    "Write a domain name, or an address range as in 10.0.0.0/24.",
  );
}

/** A range that ends within an octet is that of all the octets that it holds, for IPv6 too (CoreDNS, plugin/pkg/cidr). */
function reverseZones(text: string): string[] {
  const [address, bits] = ipaddr.parseCIDR(text);
  const octets = address.toByteArray();
  const whole = Math.ceil(bits / 8);
  const count = 2 ** (whole * 8 - bits);
  const fixed = octets.slice(0, whole);
  const first = (fixed.at(-1) ?? 0) & ~(count - 1);
  return Array.from({ length: count }, (_, index) => {
    const network = whole === 0 ? [] : [...fixed.slice(0, -1), first + index];
    const isV4 = octets.length === 4;
    const labels = network.flatMap((octet) => (isV4 ? [octet.toString()] : nibbles(octet)));
    return [...labels.toReversed(), isV4 ? "in-addr.arpa" : "ip6.arpa"].join(".");
  });
}

function nibbles(octet: number): string[] {
  return [(octet >> 4).toString(16), (octet & 15).toString(16)];
}

/** Below in-addr.arpa or ip6.arpa. */
export function isReverseZone(zone: string): boolean {
  return /(?:^|\.)(?:in-addr|ip6)\.arpa$/.test(zone);
}
