/** What is served, as the maps of the cluster state. Maps in which nothing changed stay identical (`===`). */
import { type ClusterState, type EndpointSlice, type Kind, objectKey } from "../state.ts";
import type { Endpoints } from "../objects/endpoints.ts";
import type { ObjectOf } from "../objects/read-object.ts";
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

/** Kubernetes mirrors Endpoints into EndpointSlices, so those of a Service with slices say nothing new. */
function addEndpoints(slices: Map<string, EndpointSlice>, all: readonly Endpoints[]): void {
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
