/** Hosts files: an address and its names on a line, as CoreDNS reads them. */
import { canonicalAddress, type HostsTable } from "../../contract/index.ts";
import { isWithinZone, ownerText, readLabels } from "./names.ts";

export interface HostsEntry {
  /** Canonical. */
  readonly address: string;
  readonly names: readonly string[];
}

export interface HostsLine {
  readonly entry?: HostsEntry;
  /** A sentence. */
  readonly problem?: string;
}

export function readHostsLines(text: string): {
  readonly entries: HostsEntry[];
  readonly problems: readonly { readonly line: number; readonly problem: string }[];
} {
  const entries: HostsEntry[] = [];
  const problems: { line: number; problem: string }[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const { entry, problem } = readHostsWords(line.replace(/#.*$/s, "").split(/\s+/).filter(Boolean));
    if (entry !== undefined) entries.push(entry);
    if (problem !== undefined) problems.push({ line: index + 1, problem });
  }
  return { entries, problems };
}

export function readHostsWords([written, ...names]: readonly string[]): HostsLine {
  if (written === undefined) return {};
  // The zone of a link-local address means nothing elsewhere.
  const address = canonicalAddress(written.replace(/%.*$/s, ""));
  if (address === undefined) return { problem: `"${written}" is no address; the line is left out.` };
  if (names.length === 0) return { problem: `${written} has no name; the line is left out.` };
  const read = names.map((name) => ({ name, labels: readLabels(name) }));
  const good = read.flatMap(({ labels }) => (labels === undefined ? [] : [ownerText(labels)]));
  const wrong = read.find(({ labels }) => labels === undefined);
  const entry = { address, names: good };
  return wrong === undefined ? { entry } : { entry, problem: `"${wrong.name}" is no name; it is left out.` };
}

/** @param zones those that names must lie in; others are left out, as CoreDNS does. */
export function hostsTable(entries: readonly HostsEntry[], zones: readonly string[]): HostsTable {
  const names = new Map<string, Set<string>>();
  const addresses = new Map<string, Set<string>>();
  for (const { address, names: ofEntry } of entries) {
    for (const name of ofEntry) {
      if (!zones.some((zone) => isWithinZone(name, zone))) continue;
      add(names, name, address);
      add(addresses, address, name);
    }
  }
  return { kind: "hosts", names: listed(names), addresses: listed(addresses) };
}

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, new Set([value]));
  else known.add(value);
}

function listed(map: ReadonlyMap<string, ReadonlySet<string>>): Record<string, string[]> {
  return Object.fromEntries(Array.from(map, ([key, values]) => [key, [...values]]));
}
