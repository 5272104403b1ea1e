import { text } from "node:stream/consumers";
import { ManifestSourceError } from "../sync-agent/cluster/manifests/error.ts";
import { readManifests } from "../sync-agent/cluster/manifests/read-once.ts";
import type { Observation } from "../sync-agent/cluster/state.ts";
import { UsageError } from "./exit.ts";

/** Manifests that a command line names: files, folders, or `-` for standard input. @throws UsageError */
export async function manifestsAt(paths: readonly string[]): Promise<Observation> {
  try {
    return await readManifests(paths, () => text(process.stdin));
  } catch (cause) {
    if (!(cause instanceof ManifestSourceError)) throw cause;
    throw new UsageError(cause.message, { cause });
  }
}
