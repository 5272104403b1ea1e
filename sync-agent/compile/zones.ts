import { zoneKeys, type ZoneRecord } from "../../contract/index.ts";
import type { ClusterState } from "../cluster/state.ts";
import type { Processed } from "./warnings.ts";

/**
 * The namespaces that exist for DNS: those with an object of their own, and those that an object lies in, because
 * manifests often leave the Namespace out.
 *
 * @param others what else the section holds: the records that the resolver's configuration names
 */
export function compileZones(
  state: ClusterState,
  others: readonly ReadonlyMap<string, ZoneRecord>[] = [],
): Processed<"zones"> {
  const { Ingress, Service, EndpointSlice, Secret, Pod } = state;
  const namespaces = [
    ...[...state.Namespace.values()].map(({ metadata }) => metadata.name),
    ...[Ingress, Service, EndpointSlice, Secret, Pod].flatMap((objects) =>
      [...objects.values()].map(({ metadata }) => metadata.namespace),
    ),
  ];
  const records = new Map<string, ZoneRecord>(others.flatMap((records) => [...records]));
  for (const namespace of namespaces) {
    if (namespace !== "") records.set(zoneKeys.namespace(namespace), { kind: "namespace" });
  }
  return { records, warnings: [] };
}
