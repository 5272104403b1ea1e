/** What came, changed and went from one state to the next: told by the identity of objects, which never change. */
import type { ClusterState } from "../../cluster/state.ts";

export interface Change<V> {
  readonly key: string;
  /** `undefined` for what came. */
  readonly before: V | undefined;
  /** `undefined` for what went. */
  readonly after: V | undefined;
}

export type StateChanges = {
  readonly [K in keyof ClusterState]: readonly Change<
    ClusterState[K] extends ReadonlyMap<string, infer V> ? V : never
  >[];
};

export function changesBetween<V>(
  before: ReadonlyMap<string, V>,
  after: ReadonlyMap<string, V>,
): Change<V>[] {
  if (before === after) return [];
  const changes: Change<V>[] = [];
  let kept = 0;
  for (const [key, value] of after) {
    const known = before.get(key);
    if (known !== undefined) kept += 1;
    if (known !== value) changes.push({ key, before: known, after: value });
  }
  if (kept < before.size) {
    for (const [key, value] of before) {
      if (!after.has(key)) changes.push({ key, before: value, after: undefined });
    }
  }
  return changes;
}

export function stateChanges(before: ClusterState, after: ClusterState): StateChanges {
  return {
    Ingress: changesBetween(before.Ingress, after.Ingress),
    IngressClass: changesBetween(before.IngressClass, after.IngressClass),
    Service: changesBetween(before.Service, after.Service),
    EndpointSlice: changesBetween(before.EndpointSlice, after.EndpointSlice),
    Secret: changesBetween(before.Secret, after.Secret),
    ConfigMap: changesBetween(before.ConfigMap, after.ConfigMap),
    Namespace: changesBetween(before.Namespace, after.Namespace),
    Pod: changesBetween(before.Pod, after.Pod),
  };
}

/** As if everything had just come. */
export function additions<V>(objects: ReadonlyMap<string, V>): Change<V>[] {
  return changesBetween(new Map<string, V>(), objects);
}

/** A copy of a map, with changes. */
export function withChanges<V>(map: ReadonlyMap<string, V>, changes: readonly Change<V>[]): Map<string, V> {
  const next = new Map(map);
  for (const { key, after } of changes) {
    if (after === undefined) next.delete(key);
    else next.set(key, after);
  }
  return next;
}
