/** The cluster state as it grows, and copies of it that do not change any more. */
import { type ClusterState, type Kind, type Namespace, objectKey } from "../state.ts";
import type { Change } from "./section.ts";
import type { StateObject } from "./stored-object.ts";

export interface StateStore {
  apply(kind: Kind, changes: readonly Change[]): void;
  /** The same state, and the same maps in it, while nothing changed. In the order of the keys, whatever came first. */
  state(): ClusterState;
}

const KINDS: readonly Kind[] = [
  "Ingress",
  "IngressClass",
  "Service",
  "EndpointSlice",
  "Secret",
  "ConfigMap",
  "Namespace",
  "Pod",
];

type Maps = Readonly<Record<Kind, ReadonlyMap<string, StateObject>>>;

/** @param namespaces that are known to be there without being read. */
export function createStateStore(namespaces: readonly Namespace[]): StateStore {
  const holdings = new Map(KINDS.map((kind) => [kind, createHolding()]));
  const assumed = namespaces.map((next): Change => ({
    key: objectKey(next.metadata),
    previous: undefined,
    next,
  }));
  holdings.get("Namespace")?.apply(assumed);
  let present: Maps | undefined;

  return {
    apply(kind, changes) {
      holdings.get(kind)?.apply(changes);
    },
    state() {
      const next = Object.fromEntries(
        Array.from(holdings, ([kind, holding]) => [kind, holding.copy()]),
      ) as Maps;
      const before = present;
      if (before === undefined || KINDS.some((kind) => next[kind] !== before[kind])) present = next;
      // Each kind's map has taken in objects of that kind alone.
      return present as unknown as ClusterState;
    },
  };
}

interface Holding {
  apply(changes: readonly Change[]): void;
  copy(): ReadonlyMap<string, StateObject>;
}

function createHolding(): Holding {
  let objects = new Map<string, StateObject>();
  let inOrder = true;
  let copy: ReadonlyMap<string, StateObject> | undefined;
  return {
    apply(changes) {
      for (const { key, next } of changes) {
        copy = undefined;
        if (next === undefined) {
          objects.delete(key);
        } else {
          inOrder &&= objects.has(key);
          objects.set(key, next);
        }
      }
    },
    copy() {
      if (!inOrder) {
        // All but the new ones are in order already, which sorting makes use of.
        objects = new Map([...objects].toSorted(([a], [b]) => (a < b ? -1 : 1)));
        inOrder = true;
      }
      copy ??= new Map(objects);
      return copy;
    },
  };
}
