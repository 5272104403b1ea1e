/**
 * Looks names up in a file zone: RFC 1034 4.3.2 with wildcards as RFC 4592 has them; which records stand in which section
 * is CoreDNS's file plugin's.
 */
import { TYPE } from "../wire/codes.ts";
import { DnsFormatError } from "../wire/format-error.ts";
import { Name } from "../wire/name.ts";
import { nameToKey } from "../wire/name-text.ts";
import type { ResourceRecord, TargetRecord } from "../wire/record.ts";
import { DNAME, redirectionOf, serverOf } from "./names-in-data.ts";
import type { ZoneData, ZoneNode } from "./zone-data.ts";

const DS = 43;
/** CNAME records of one zone in one answer, at most (CoreDNS). */
const MAX_ALIASES = 10;

/** `empty`: the name exists without records; `tooLong`: what DNAME makes of it does not (RFC 6672 2.2). */
export type Outcome = "found" | "noData" | "empty" | "nameError" | "delegation" | "tooLong" | "failure";

export interface Looked {
  readonly outcome: Outcome;
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  readonly additionals: readonly ResourceRecord[];
  /** An alias that leads to a name without a record in this zone: the resolver knows more. */
  readonly elsewhere?: Name | undefined;
}

/** @param name the zone's apex or below it */
export function lookup(zone: ZoneData, name: Name, type: number): Looked {
  if (zone.soa.length === 0) return looked("failure");
  const path = pathTo(zone, name);
  const key = path.at(-1) ?? "";
  if (path.length === 1 && type === TYPE.SOA) return found(zone, owned(zone.soa, name));
  if (path.length === 1 && type === TYPE.NS) {
    const glue = zone.nameServers.flatMap((record) => glueOf(zone, record));
    return { ...looked("found", owned(zone.nameServers, name)), additionals: glue };
  }
  const cut = cutOn(zone, path, name, type);
  if (cut !== undefined) return cut;
  const node = zone.node(key);
  if (node !== undefined) {
    const answer = answerAt(zone, node, name, type);
    return { ...answer, additionals: answer.answers.flatMap((record) => addressesOf(zone, record)) };
  }
  if (zone.exists(key)) return negative(zone, "empty");
  // The closest encloser (RFC 4592 3.3.1): nothing of what lies above it counts.
  const encloser = path.findLast((ancestor) => zone.exists(ancestor)) ?? "";
  const source = encloser === "." ? "*" : `*.${encloser}`;
  const wildcard = zone.node(source);
  if (wildcard !== undefined) return answerAt(zone, wildcard, name, type);
  return negative(zone, zone.exists(source) ? "noData" : "nameError");
}

/** The keys of all names from the apex down to this one. */
function pathTo(zone: ZoneData, name: Name): string[] {
  const path = [nameToKey(name)];
  const labels = name.labelsAbove(zone.apex) ?? 0;
  for (let i = 1; i < labels; i++) {
    const below = path[0] ?? "";
    path.unshift(below.slice(below.indexOf(".") + 1));
  }
  if (labels > 0) path.unshift(nameToKey(zone.apex));
  return path;
}

/** What stands in the way to a name: a redirection of all below it, or a delegation. */
function cutOn(zone: ZoneData, path: readonly string[], name: Name, type: number): Looked | undefined {
  for (const [depth, key] of path.entries()) {
    const node = zone.node(key);
    if (node === undefined) {
      if (!zone.exists(key)) return undefined;
      continue;
    }
    const isName = depth === path.length - 1;
    const [redirection] = node.records(DNAME);
    if (redirection !== undefined && !isName) return redirected(zone, redirection, name, depth, type);
    const servers = node.records(TYPE.NS);
    if (servers.length > 0 && !(type === DS && isName)) {
      const additionals = servers.flatMap((record) => glueOf(zone, record));
      return { ...looked("delegation"), authorities: servers, additionals };
    }
  }
  return undefined;
}

function redirected(
  zone: ZoneData,
  redirection: ResourceRecord,
  name: Name,
  depth: number,
  type: number,
): Looked {
  const to = redirectionOf(redirection);
  if (to === undefined) return looked("failure");
  const labels = (name.labelsAbove(zone.apex) ?? 0) - depth;
  let target: Name;
  try {
    target = Name.under(to, ...name.foldedLabels(labels));
  } catch (error) {
    if (error instanceof DnsFormatError) return { ...looked("tooLong", [redirection]) };
    throw error;
  }
  const alias: TargetRecord = { name, ttl: redirection.ttl, type: "CNAME", target };
  if (type === TYPE.CNAME) return found(zone, [redirection, alias]);
  return follow(zone, [redirection], alias, type);
}

/** An owner's records under the name that was asked for: its own, or one that a wildcard stands for. */
function answerAt(zone: ZoneData, node: ZoneNode, name: Name, type: number): Looked {
  const [alias] = node.records(TYPE.CNAME);
  if (alias?.type === "CNAME" && type !== TYPE.CNAME) return follow(zone, [], { ...alias, name }, type);
  const records = node.records(type);
  return records.length === 0 ? negative(zone, "noData") : found(zone, owned(records, name));
}

function follow(
  zone: ZoneData,
  before: readonly ResourceRecord[],
  first: TargetRecord,
  type: number,
): Looked {
  const answers: ResourceRecord[] = [...before, first];
  const seen = new Set([nameToKey(first.name)]);
  let alias = first;
  for (;;) {
    const key = nameToKey(alias.target);
    const node = zone.node(key);
    if (node === undefined) return { ...found(zone, answers), elsewhere: alias.target };
    const [next] = node.records(TYPE.CNAME);
    if (next?.type !== "CNAME") {
      return found(zone, [...answers, ...owned(node.records(type), alias.target)]);
    }
    if (seen.has(key) || seen.size === MAX_ALIASES) return found(zone, answers);
    seen.add(key);
    alias = { ...next, name: alias.target };
    answers.push(alias);
  }
}

function owned(records: readonly ResourceRecord[], name: Name): ResourceRecord[] {
  return records.map((record) => ({ ...record, name }));
}

/** Addresses of a zone's own name server: only of one below the zone that it serves (CoreDNS). */
function glueOf(zone: ZoneData, record: ResourceRecord): readonly ResourceRecord[] {
  const server = serverOf(record);
  return server?.labelsAbove(record.name) === undefined ? [] : addressesUnder(zone, server);
}

/** Addresses of servers of mail and services. */
function addressesOf(zone: ZoneData, record: ResourceRecord): readonly ResourceRecord[] {
  const server = serverOf(record);
  return server === undefined ? [] : addressesUnder(zone, server);
}

function addressesUnder(zone: ZoneData, name: Name): readonly ResourceRecord[] {
  const node = zone.node(nameToKey(name));
  return node === undefined ? [] : [...node.records(TYPE.A), ...node.records(TYPE.AAAA)];
}

function found(zone: ZoneData, answers: readonly ResourceRecord[]): Looked {
  return { ...looked("found", answers), authorities: zone.nameServers };
}

function negative(zone: ZoneData, outcome: Outcome): Looked {
  return { ...looked(outcome), authorities: zone.soa };
}

function looked(outcome: Outcome, answers: readonly ResourceRecord[] = []): Looked {
  return { outcome, answers, authorities: [], additionals: [] };
}
