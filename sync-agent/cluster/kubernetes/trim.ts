/** Takes off an object, before it is read, what is of no use and changes all the time or takes much memory. */
import { isRecord } from "../objects/list.ts";
import type { Resource } from "./resources.ts";

export type RawObject = Readonly<Record<string, unknown>>;

/** Of kubectl and of the endpoints controllers: a copy of the object, and the time of its last change. */
const USELESS: ReadonlySet<string> = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  "endpoints.kubernetes.io/last-change-trigger-time",
]);

/** The items of a list and the objects of events do not all say what they are. */
export function trimmed(raw: RawObject, { apiVersion, kind }: Resource): RawObject {
  const metadata = trimmedMetadata(raw["metadata"]);
  if (kind !== "Pod") return { ...raw, apiVersion, kind, metadata };
  // Of the many Pods, names and addresses are all that is asked for.
  return { apiVersion, kind, metadata: { ...metadata, annotations: {}, labels: {} }, status: raw["status"] };
}

function trimmedMetadata(metadata: unknown): RawObject {
  if (!isRecord(metadata)) return {};
  const { annotations } = metadata;
  if (!isRecord(annotations)) return metadata;
  const kept = Object.entries(annotations).filter(([name]) => !USELESS.has(name));
  return { ...metadata, annotations: Object.fromEntries(kept) };
}
