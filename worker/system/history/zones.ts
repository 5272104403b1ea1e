import type { DnsToken, DnsView, PublishedName, ZoneRecord } from "../../../contract/index.ts";
import { type Describe, keyDifference, listed, nowWas, same } from "./change.ts";

export const zoneChanges: Describe<"zones"> = {
  name: nameOf,
  content: contentOf,
  difference(before, after) {
    const found = differenceOf(before, after);
    return found.length > 0 || same(before, after) ? found : ["changed"];
  },
};

/** A token is named as it is in logs: its key is a hash of it. */
function nameOf(key: string, record: ZoneRecord): string {
  const name = key.slice(key.indexOf("/") + 1);
  switch (record.kind) {
    case "namespace":
      return `namespace ${name}`;
    case "file":
      return `DNS zone ${name}`;
    case "hosts":
      return `hosts table ${name.slice(0, 12)}`;
    case "published":
      return `published name ${name}`;
    case "pointer":
      return `reverse DNS of ${name}`;
    case "token":
      return `DNS token ${record.name}`;
    case "view":
      return `DNS view ${name}`;
  }
}

function contentOf(record: ZoneRecord): string[] {
  switch (record.kind) {
    case "namespace":
      return [];
    case "file":
      return [`${Object.keys(record.names).length} names from ${record.source}`];
    case "hosts":
      return [`${Object.keys(record.names).length} names`];
    case "published":
      return [`${targetOf(record)}, by ${listed(record.by) || "nobody"}`];
    case "pointer":
      return [listed(record.names.map(({ name }) => name))];
    case "token":
      return [`sees view ${record.view}`];
    case "view":
      return [`namespaces ${allOr(record.namespaces)}`];
  }
}

function differenceOf(before: ZoneRecord, after: ZoneRecord): string[] {
  if (before.kind === "file" && after.kind === "file") {
    return [...nowWas("read from", before.source, after.source), ...namesDifference(before, after)];
  }
  if (before.kind === "hosts" && after.kind === "hosts") return namesDifference(before, after);
  if (before.kind === "published" && after.kind === "published") return publishedDifference(before, after);
  if (before.kind === "token" && after.kind === "token") return tokenDifference(before, after);
  if (before.kind === "view" && after.kind === "view") return viewDifference(before, after);
  return before.kind === after.kind ? [] : [`is now of kind ${after.kind}, was ${before.kind}`];
}

function namesDifference(
  before: { readonly names: Readonly<Record<string, unknown>> },
  after: { readonly names: Readonly<Record<string, unknown>> },
): string[] {
  const { added, removed, changed } = keyDifference(before.names, after.names);
  const parts = [
    [removed, "removed"],
    [added, "added"],
    [changed, "changed"],
  ] as const;
  return parts.flatMap(([names, what]) => (names.length === 0 ? [] : [`${listed(names)} ${what}`]));
}

function publishedDifference(before: PublishedName, after: PublishedName): string[] {
  return [
    ...nowWas("leads to", targetOf(before), targetOf(after)),
    ...nowWas("by", listed(before.by), listed(after.by)),
    ...nowWas("TTL", before.ttl, after.ttl),
  ];
}

function targetOf({ alias, addresses }: PublishedName): string {
  return alias ?? (listed(addresses) || "no address");
}

function tokenDifference(before: DnsToken, after: DnsToken): string[] {
  return [
    ...nowWas("name", before.name, after.name),
    ...nowWas("view", before.view, after.view),
    ...nowWas("queries a second", before.perSecond, after.perSecond),
  ];
}

function viewDifference(before: DnsView, after: DnsView): string[] {
  return [
    ...nowWas("namespaces", allOr(before.namespaces), allOr(after.namespaces)),
    ...nowWas("zones", allOr(before.zones), allOr(after.zones)),
    ...nowWas("forwarding", yesNo(before.forward), yesNo(after.forward)),
    ...nowWas("queries a second", before.perSecond, after.perSecond),
  ];
}

function allOr(names: readonly string[] | undefined): string {
  if (names === undefined) return "all";
  return names.length === 0 ? "none" : listed(names);
}

function yesNo(value: boolean): string {
  return value ? "yes" : "no";
}
