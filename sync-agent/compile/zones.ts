/** Section `zones`: the namespaces that exist for DNS, and what the resolver's configuration names. */
import { zoneKeys, type ZoneRecord } from "../../contract/index.ts";
import type { ClusterState } from "../cluster/state.ts";
import { EMPTY_STATE } from "../cluster/manifests/state-maps.ts";
import { stateChanges } from "./incremental/changes.ts";
import { Namespaces } from "./incremental/namespaces.ts";
import type { Processed } from "./warnings.ts";

const NAMESPACE: ZoneRecord = { kind: "namespace" };

export class Zones {
  #others: readonly ReadonlyMap<string, ZoneRecord>[] = [];
  #records: ReadonlyMap<string, ZoneRecord> | undefined;

  /**
   * Namespaces exist that have an object of their own, and those that an object lies in, because manifests often leave
   * the Namespace out.
   *
   * @param others what else the section holds
   * @returns the same map while nothing has changed
   */
  update(
    namespaces: Namespaces,
    others: readonly ReadonlyMap<string, ZoneRecord>[],
  ): ReadonlyMap<string, ZoneRecord> {
    const areSame =
      others.length === this.#others.length &&
      others.every((records, index) => records === this.#others[index]);
    if (this.#records !== undefined && areSame && !namespaces.hasChanged()) return this.#records;
    const records = new Map<string, ZoneRecord>(others.flatMap((records) => [...records]));
    for (const namespace of namespaces.all()) {
      if (namespace !== "") records.set(zoneKeys.namespace(namespace), NAMESPACE);
    }
    this.#others = others;
    this.#records = records;
    return records;
  }
}

/** All at once. */
export function compileZones(
  state: ClusterState,
  others: readonly ReadonlyMap<string, ZoneRecord>[] = [],
): Processed<"zones"> {
  const namespaces = new Namespaces();
  namespaces.update(stateChanges(EMPTY_STATE, state));
  return { records: new Zones().update(namespaces, others), warnings: [] };
}
