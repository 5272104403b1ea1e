/**
 * What an edge serves of a Corefile. Pure: texts in, values out. What cannot be served is said; only what CoreDNS would
 * not start with refuses the whole.
 */
import { createHash } from "node:crypto";
import {
  canonicalJson,
  type FileZone,
  type HostsTable,
  zoneKeys,
  type ZoneRecord,
} from "../../contract/index.ts";
import { CorefileError } from "./error.ts";
import { type Finding, NOTHING_TO_DO } from "./finding.ts";
import type { PluginContext, PluginDraft, ZoneStore } from "./plugin.ts";
import { READERS, UNSERVED, WITHOUT_EFFECT } from "./registry.ts";
import { chooseZones } from "./server-zones.ts";
import type { CorefileSource, Place } from "./source.ts";
import { readSyntax, type ServerBlock, type Statement, type Word } from "./syntax.ts";
import { suggestion } from "./suggestion.ts";

export interface ServerDraft {
  readonly place: Place;
  readonly zones: readonly string[];
  readonly plugins: readonly PluginDraft[];
}

export interface Corefile {
  readonly servers: readonly ServerDraft[];
  /** Records of section `zones`. */
  readonly records: ReadonlyMap<string, ZoneRecord>;
  /** Keys of zones whose text is refused: what they served last is to stay. */
  readonly lacking: readonly string[];
}

export interface CorefileReading {
  /** `undefined` where it is refused. */
  readonly corefile: Corefile | undefined;
  readonly error: CorefileError | undefined;
  /** In the order of places, as far as they were found. */
  readonly findings: readonly Finding[];
}

/** Never throws for what a user wrote. */
export function readCorefile(source: CorefileSource): CorefileReading {
  const findings: Finding[] = [];
  try {
    const syntax = readSyntax(source);
    findings.push(...syntax.findings);
    requireBlocks(source, syntax.blocks);
    const store = new Store();
    const served = chooseZones(syntax.blocks, (finding) => findings.push(finding));
    const servers = served.map(({ block, zones }) => ({
      place: block.place,
      zones,
      plugins: readPlugins(block, contextOf(block, zones, { source, store, findings })),
    }));
    return {
      corefile: { servers, records: store.records, lacking: [...store.lacking].toSorted() },
      error: undefined,
      findings,
    };
  } catch (error) {
    if (error instanceof CorefileError) return { corefile: undefined, error, findings };
    throw error;
  }
}

/** CoreDNS answers `whoami` then, which nobody means. */
function requireBlocks({ path, files }: CorefileSource, blocks: readonly ServerBlock[]): void {
  const file = files.read(path);
  if (blocks.length > 0 || file === undefined) return;
  throw new CorefileError({ file, line: 1 }, "there is no server block", "Write one, as in `.:53 { … }`.");
}

function readPlugins({ statements }: ServerBlock, context: PluginContext): PluginDraft[] {
  const byName = Map.groupBy(statements, ({ text }) => text);
  const drafts: PluginDraft[] = [];
  for (const [name, read] of READERS) {
    const [first, ...others] = byName.get(name) ?? [];
    const ofPlugin = first === undefined ? [] : read([first, ...others], context);
    for (const draft of ofPlugin) drafts.push(draft);
  }
  for (const [name, [first]] of byName) if (first !== undefined && !READERS.has(name)) tell(first, context);
  return drafts;
}

/** Says of a plugin that is not served why that is so. */
function tell(statement: Statement, context: PluginContext): void {
  const { text: name } = statement;
  const effect = WITHOUT_EFFECT.get(name);
  const instead = UNSERVED.get(name);
  if (effect !== undefined) context.note(statement, `Plugin \`${name}\` has no effect here. ${effect}`);
  else if (instead !== undefined) context.ignored(statement, `Plugin \`${name}\` is not served.`, instead);
  else {
    const meant = suggestion(name, [...READERS.keys(), ...WITHOUT_EFFECT.keys(), ...UNSERVED.keys()]);
    context.ignored(
      statement,
      `Plugin \`${name}\` is not known; it is not served.`,
      meant === undefined
        ? "Nothing, if CoreDNS has it; correct its name else."
        : `Write \`${meant}\`, if that is meant.`,
    );
  }
}

interface Parts {
  readonly source: CorefileSource;
  readonly store: ZoneStore;
  readonly findings: Finding[];
}

function contextOf(
  { statements }: ServerBlock,
  zones: readonly string[],
  { source, store, findings }: Parts,
): PluginContext {
  const root = statements.find(({ text }) => text === "root")?.args[0]?.text;
  return {
    zones,
    source,
    root: root ?? ".",
    store,
    note: ({ place }: Word, message, remedy = NOTHING_TO_DO) =>
      findings.push({ kind: "note", place, message, remedy }),
    ignored: ({ place }: Word, message, remedy) => findings.push({ kind: "ignored", place, message, remedy }),
    find: (finding) => findings.push(finding),
  };
}

class Store implements ZoneStore {
  readonly records = new Map<string, ZoneRecord>();
  readonly lacking = new Set<string>();

  hosts(table: HostsTable): string {
    const key = zoneKeys.hosts(digest(table));
    this.records.set(key, table);
    return key;
  }

  /** Two server blocks may have different texts for one zone. */
  file(name: string, zone: FileZone | undefined): string {
    const key = zoneKeys.file(name);
    const present = this.records.get(key);
    if (zone === undefined) {
      if (present === undefined) this.lacking.add(key);
      return key;
    }
    const isTaken = present !== undefined && canonicalJson(present) !== canonicalJson(zone);
    const own = isTaken ? `${key}/${digest(zone).slice(0, 16)}` : key;
    this.records.set(own, zone);
    this.lacking.delete(own);
    return own;
  }
}

function digest(value: FileZone | HostsTable): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}
