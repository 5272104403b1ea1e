/** What is served, as the maps of the cluster state. Maps in which nothing changed stay identical (`===`). */
import { type ClusterState, type EndpointSlice, type Kind, objectKey } from "../state.ts";
import type { Endpoints } from "../objects/endpoints.ts";
import type { ObjectOf } from "../objects/read-object.ts";
import type { FoundObject } from "./content.ts";
import type { Served } from "./served.ts";

export const EMPTY_STATE: ClusterState = {
  Ingress: new Map(),
  IngressClass: new Map(),
  Service: new Map(),
  EndpointSlice: new Map(),
  Secret: new Map(),
  ConfigMap: new Map(),
  Namespace: new Map(),
  Pod: new Map(),
};

type MutableState = { [K in Kind]: Map<string, ObjectOf<K>> };

/** `previous` itself when nothing changed. */
export function stateOf(served: Served, previous: ClusterState): ClusterState {
  const maps: MutableState = {
    Ingress: new Map(),
    IngressClass: new Map(),
    Service: new Map(),
    EndpointSlice: new Map(),
    Secret: new Map(),
    ConfigMap: new Map(),
    Namespace: new Map(),
    Pod: new Map(),
  };
  const endpoints: Endpoints[] = [];
  for (const { found } of served.values()) {
    const { stripped, identity } = found;
    if (stripped.kind === "Endpoints") endpoints.push(stripped.object);
    else (maps[stripped.kind] as Map<string, typeof stripped.object>).set(identity.key, stripped.object);
  }
  addEndpoints(maps.EndpointSlice, endpoints);
  const next: ClusterState = {
    Ingress: settle(maps.Ingress, previous.Ingress),
    IngressClass: settle(maps.IngressClass, previous.IngressClass),
    Service: settle(maps.Service, previous.Service),
    EndpointSlice: settle(maps.EndpointSlice, previous.EndpointSlice),
    Secret: settle(maps.Secret, previous.Secret),
    ConfigMap: settle(maps.ConfigMap, previous.ConfigMap),
    Namespace: settle(maps.Namespace, previous.Namespace),
    Pod: settle(maps.Pod, previous.Pod),
  };
  const same = (Object.keys(next) as Kind[]).every((kind) => next[kind] === previous[kind]);
  return same ? previous : next;
}

/**
 * The state with some objects in the places of others, all else as it was; `undefined` where which Endpoints count may be
 * different.
 */
export function stateWith(previous: ClusterState, objects: readonly FoundObject[]): ClusterState | undefined {
  const next = { ...previous };
  for (const [kind, found] of Map.groupBy(objects, ({ stripped }) => stripped.kind)) {
    if (kind === "Endpoints") return undefined;
    const before: ReadonlyMap<string, unknown> = previous[kind];
    const changed = found.filter(({ identity, stripped }) => before.get(identity.key) !== stripped.object);
    if (changed.length === 0) continue;
    if (kind === "EndpointSlice" && !changed.every((it) => isOfSameService(previous, it))) return undefined;
    const map = new Map(before);
    for (const { identity, stripped } of changed) map.set(identity.key, stripped.object);
    Object.assign(next, { [kind]: map });
  }
  const same = (Object.keys(next) as Kind[]).every((kind) => next[kind] === previous[kind]);
  return same ? previous : next;
}

function isOfSameService({ EndpointSlice }: ClusterState, { identity, stripped }: FoundObject): boolean {
  const before = EndpointSlice.get(identity.key);
  return stripped.kind === "EndpointSlice" && stripped.object.serviceName === before?.serviceName;
}

/** Kubernetes mirrors Endpoints into EndpointSlices, so those of a Service with slices say nothing new. */
function addEndpoints(slices: Map<string, EndpointSlice>, all: readonly Endpoints[]): void {
  if (all.length === 0) return;
  const withSlices = new Set(
    Array.from(slices.values(), ({ metadata, serviceName }) => `${metadata.namespace}/${serviceName ?? ""}`),
  );
  for (const endpoints of all) {
    if (withSlices.has(objectKey(endpoints.metadata))) continue;
    for (const slice of endpoints.slices) slices.set(objectKey(slice.metadata), slice);
  }
}

function settle<V>(next: ReadonlyMap<string, V>, previous: ReadonlyMap<string, V>): ReadonlyMap<string, V> {
  const same = next.size === previous.size && [...next].every(([key, value]) => previous.get(key) === value);
  // Sorted, so that neither the order of files nor that of documents shows.
  return same ? previous : new Map([...next].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
