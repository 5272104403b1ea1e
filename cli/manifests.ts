import { join } from "node:path";
import { createManifestSource } from "../sync-agent/cluster/manifest-source.ts";
import type { ClusterSource } from "../sync-agent/cluster/state.ts";

/** Manifest files as the cluster. What each of them served last is kept in the state folder. */
export function manifestSource(manifests: string, state: string): ClusterSource {
  return createManifestSource({ path: manifests, lastGood: join(state, "last-good") });
}
