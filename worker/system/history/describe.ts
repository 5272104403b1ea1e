/** The difference between two generations in words. Pure. */
import type { Hold, RecordOf, Section, Settings } from "../../../contract/index.ts";
import { certificateChanges } from "./certificates.ts";
import { type Change, type Describe, same } from "./change.ts";
import { hostChanges } from "./hosts.ts";
import { serviceChanges } from "./services.ts";
import { settingsChanges } from "./settings.ts";
import { zoneChanges } from "./zones.ts";

/** Sections that are told of. Names of addresses follow from the Services'. */
export const DESCRIBED = ["hosts", "services", "certificates", "zones"] as const;
export type DescribedSection = (typeof DESCRIBED)[number];

/** One of two generations: all of its records, or those of the shards that the other one does not have. */
export interface Side {
  readonly records: { readonly [S in DescribedSection]: ReadonlyMap<string, RecordOf<S>> };
  readonly settings: Settings;
  readonly hold?: Hold | undefined;
}

/** In the order of a reader's interest: a hold, hosts, services, certificates, zones, settings; sorted by name in each. */
export function describeChange(before: Side, after: Side): Change[] {
  return [
    ...holdChange(before.hold, after.hold),
    ...sectionChanges("hosts", hostChanges, before, after),
    ...sectionChanges("services", serviceChanges, before, after),
    ...sectionChanges("certificates", certificateChanges, before, after),
    ...sectionChanges("zones", zoneChanges, before, after),
    ...settingsChanges(before.settings, after.settings),
  ];
}

function sectionChanges<S extends DescribedSection>(
  section: S,
  describe: Describe<S>,
  { records: before }: Side,
  { records: after }: Side,
): Change[] {
  const was: ReadonlyMap<string, RecordOf<Section>> = before[section];
  const is: ReadonlyMap<string, RecordOf<Section>> = after[section];
  const changes: Change[] = [];
  for (const key of new Set([...was.keys(), ...is.keys()])) {
    // A section's map holds its records.
    const [earlier, later] = [was.get(key), is.get(key)] as (RecordOf<S> | undefined)[];
    const change = recordChange(section, describe, key, earlier, later);
    if (change !== undefined) changes.push(change);
  }
  return changes.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function recordChange<S extends DescribedSection>(
  section: S,
  { name, content, gone, difference }: Describe<S>,
  key: string,
  before: RecordOf<S> | undefined,
  after: RecordOf<S> | undefined,
): Change | undefined {
  if (after === undefined) {
    if (before === undefined) return undefined;
    return { section, kind: "removed", name: name(key, before), details: gone?.(before) ?? [] };
  }
  if (before === undefined) {
    return { section, kind: "added", name: name(key, after), details: content(after) };
  }
  if (same(before, after)) return undefined;
  return { section, kind: "changed", name: name(key, after), details: difference(before, after) };
}

function holdChange(before: Hold | undefined, after: Hold | undefined): Change[] {
  if (same(before, after)) return [];
  if (after === undefined) {
    return [{ section: "hold", kind: "removed", name: "rollback", details: ["released"] }];
  }
  const { generation, reason } = after;
  const details = [`to generation ${generation}${reason === undefined ? "" : `: ${reason}`}`];
  return [{ section: "hold", kind: before === undefined ? "added" : "changed", name: "rollback", details }];
}
