/** The objects of a golden input, read as the agent reads manifests; every one must be readable. */
import { parseAllDocuments } from "yaml";
import { readObject } from "../../../../sync-agent/cluster/objects/read-object.ts";
import type { ClusterState } from "../../../../sync-agent/cluster/state.ts";
import { clusterState, type Objects } from "./objects.ts";

export function parseDocuments(text: string): unknown[] {
  return parseAllDocuments(text).map((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    return document.toJS() as unknown;
  });
}

export function stateOf(manifests: readonly unknown[]): ClusterState {
  const read = manifests.map((manifest) => {
    const reading = readObject(manifest);
    if (reading.outcome === "read") return reading.stripped;
    throw new Error(`not an object for a golden input: ${JSON.stringify({ manifest, reading })}`);
  });
  const byKind = Map.groupBy(read, ({ kind }) => kind);
  const objects = [...byKind].map(([kind, all]) => [kind, all.map(({ object }) => object)] as const);
  return clusterState(Object.fromEntries(objects) as Objects);
}
