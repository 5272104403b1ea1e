/** `kind: List` and typed lists such as IngressList, unrolled into their items. */
import type { FieldPath } from "./problems.ts";

export interface ListItem {
  /** Where the object stands in the document; empty for a document that is no list. */
  readonly path: FieldPath;
  readonly value: unknown;
}

/** Lists within lists deeper than this are left as they are (and then refused as an unknown kind). */
const MAX_DEPTH = 8;

export function unrollList(value: unknown, path: FieldPath = [], depth = 0): ListItem[] {
  if (!isRecord(value) || !isList(value) || depth === MAX_DEPTH) return [{ path, value }];
  const { apiVersion, items } = value;
  const kind = value.kind.slice(0, -"List".length);
  return (items ?? []).flatMap((item, index) =>
    // Items of a typed list do not repeat what the list says of them.
    unrollList(
      kind === "" || !isRecord(item) ? item : { apiVersion, kind, ...item },
      [...path, "items", index],
      depth + 1,
    ),
  );
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isList(value: Readonly<Record<string, unknown>>): value is {
  readonly apiVersion: unknown;
  readonly kind: string;
  readonly items?: readonly unknown[] | null;
} {
  return (
    typeof value.kind === "string" &&
    value.kind.endsWith("List") &&
    (Array.isArray(value.items) || value.items === undefined || value.items === null)
  );
}
