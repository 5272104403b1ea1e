/** What changed in the resolver's configuration. */
import type { DnsPlugin, DnsServer, DnsSettings, Settings } from "../../../contract/index.ts";
import { type Change, keyDifference, listed, nowWas, same } from "./change.ts";

export function settingsChanges({ dns: before }: Settings, { dns: after }: Settings): Change[] {
  const domain = nowWas("cluster domain", before.domain, after.domain);
  return [
    ...(domain.length === 0 ? [] : [changed("resolver", domain)]),
    ...serverChanges(before, after),
    ...identityChanges(before, after),
  ];
}

function changed(name: string, details: readonly string[]): Change {
  return { section: "settings", kind: "changed", name, details };
}

function serverChanges(before: DnsSettings, after: DnsSettings): Change[] {
  return mapChanges(
    new Map(before.servers.map((server) => [`resolver for ${server.zones.join(" ")}`, server])),
    new Map(after.servers.map((server) => [`resolver for ${server.zones.join(" ")}`, server])),
    ({ plugins }) => [`plugins ${plugins.map(({ plugin }) => plugin).join(", ") || "none"}`],
    serverDifference,
  );
}

function serverDifference(before: DnsServer, after: DnsServer): string[] {
  const [was, is] = [byName(before), byName(after)];
  const { added, removed, changed } = keyDifference(was, is);
  const found = [
    ...(removed.length === 0 ? [] : [`plugin ${listed(removed)} removed`]),
    ...(added.length === 0 ? [] : [`plugin ${listed(added)} added`]),
    ...changed.flatMap((name) => pluginDifference(name, was[name] ?? [], is[name] ?? [])),
    ...(before.refusesOthers === after.refusesOthers
      ? []
      : [after.refusesOthers ? "refuses other names now" : "fails for other names now"]),
  ];
  return found.length > 0 ? found : ["plugins are asked in another order"];
}

function byName({ plugins }: DnsServer): Record<string, DnsPlugin[]> {
  const named: Record<string, DnsPlugin[]> = {};
  for (const plugin of plugins) (named[plugin.plugin] ??= []).push(plugin);
  return named;
}

/** A block may have several of one kind; of these only that they changed is told. */
function pluginDifference(name: string, before: readonly DnsPlugin[], after: readonly DnsPlugin[]): string[] {
  const [was, is] = [before[0], after[0]];
  if (before.length !== 1 || after.length !== 1 || was === undefined || is === undefined) {
    return [`plugin ${name} changed`];
  }
  const [a, b]: Readonly<Record<string, unknown>>[] = [was, is];
  if (a === undefined || b === undefined) return [];
  const { added, removed, changed } = keyDifference(a, b);
  return [...added, ...removed, ...changed].map((field) => {
    const [earlier, later] = [shown(a[field]), shown(b[field])];
    return earlier === undefined || later === undefined
      ? `plugin ${name}: ${field} changed`
      : `plugin ${name}: ${field} now ${later}, was ${earlier}`;
  });
}

/** What is short enough to be told. */
function shown(value: unknown): string | undefined {
  if (value === undefined) return "none";
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return listed(value) || "none";
  if (typeof value === "string") return value.slice(0, 200);
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

function identityChanges(before: DnsSettings, after: DnsSettings): Change[] {
  return mapChanges(
    new Map((before.identities ?? []).map((identity) => [`DNS identity ${identity.name}`, identity])),
    new Map((after.identities ?? []).map((identity) => [`DNS identity ${identity.name}`, identity])),
    ({ view }) => [`sees view ${view}`],
    (was, is) => {
      const view = nowWas("view", was.view, is.view);
      return view.length > 0 ? view : ["changed in how it is recognised"];
    },
  );
}

function mapChanges<T>(
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
  content: (value: T) => string[],
  difference: (before: T, after: T) => string[],
): Change[] {
  const changes: Change[] = [];
  for (const [name, value] of before) {
    if (!after.has(name)) changes.push({ section: "settings", kind: "removed", name, details: [] });
    else {
      const other = after.get(name) as T;
      if (!same(value, other)) changes.push(changed(name, difference(value, other)));
    }
  }
  for (const [name, value] of after) {
    if (before.has(name)) continue;
    changes.push({ section: "settings", kind: "added", name, details: content(value) });
  }
  return changes;
}
