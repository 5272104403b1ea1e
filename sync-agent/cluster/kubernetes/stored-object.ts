/** One object as it is kept, and what becomes of it when the server shows it again. Pure. */
import { isDeepStrictEqual } from "node:util";
import { isRecord } from "../objects/list.ts";
import type { Problem } from "../objects/problems.ts";
import { readObject, type StrippedObject } from "../objects/read-object.ts";
import type { Resource } from "./resources.ts";
import { type RawObject, trimmed } from "./trim.ts";

export type StateObject = StrippedObject["object"];

export interface StoredObject {
  readonly uid: string;
  readonly version: string;
  /** The last good form; `undefined` while there never was one. */
  readonly object: StateObject | undefined;
  /** Why the present form cannot be read. */
  readonly problems: readonly Problem[];
}

const NO_PROBLEMS: readonly Problem[] = [];

/**
 * The object stays the very same (`===`) while what is read of it is the same: status and managed fields change without
 * it. A form that cannot be read leaves the last good one in place, unless that was another object of the same name.
 */
export function restored(
  previous: StoredObject | undefined,
  raw: RawObject,
  resource: Resource,
): StoredObject {
  const uid = metadataText(raw, "uid");
  const version = metadataText(raw, "resourceVersion");
  const before = previous?.uid === uid ? previous : undefined;
  if (before?.version === version && version !== "") return before;
  const reading = readObject(trimmed(raw, resource));
  if (reading.outcome !== "read") {
    const problems = reading.outcome === "invalid" ? reading.problems : NO_PROBLEMS;
    return { uid, version, object: before?.object, problems };
  }
  const { object } = reading.stripped;
  const same = before?.object !== undefined && isDeepStrictEqual(before.object, object);
  return { uid, version, object: same ? before.object : object, problems: NO_PROBLEMS };
}

/** `namespace/name`; `undefined` for what has no name, which no API server sends. */
export function rawKey(raw: RawObject): string | undefined {
  const name = metadataText(raw, "name");
  return name === "" ? undefined : `${metadataText(raw, "namespace")}/${name}`;
}

export function metadataText(raw: RawObject, field: string): string {
  const { metadata } = raw;
  const value = isRecord(metadata) ? metadata[field] : undefined;
  return typeof value === "string" ? value : "";
}
