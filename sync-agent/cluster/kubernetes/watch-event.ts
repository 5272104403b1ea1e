/** One line of a watch (Kubernetes API concepts, "Efficient detection of changes"). */
import * as z from "zod";
import { metadataText } from "./stored-object.ts";
import type { RawObject } from "./trim.ts";

export type WatchEvent =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: RawObject; readonly version: string }
  /** Nothing happened up to this version. */
  | { readonly type: "BOOKMARK"; readonly version: string }
  /** A Status: the server gives the watch up. */
  | { readonly type: "ERROR"; readonly object: RawObject };

const eventSchema = z.object({
  type: z.enum(["ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"]),
  object: z.record(z.string(), z.unknown()),
});

/** `undefined` for what is no event, as when a connection breaks within a line. */
export function readEvent(line: string): WatchEvent | undefined {
  const event = eventSchema.safeParse(parseJson(line)).data;
  if (event === undefined) return undefined;
  const { type, object } = event;
  if (type === "ERROR") return { type, object };
  const version = metadataText(object, "resourceVersion");
  return type === "BOOKMARK" ? { type, version } : { type, object, version };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // Said by what readEvent gives.
    return undefined;
  }
}
