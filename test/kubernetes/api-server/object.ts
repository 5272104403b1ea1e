/** Kubernetes objects as JSON, and the few fields that the server itself looks at. */

export interface ObjectMeta {
  readonly name: string;
  /** Absent for objects without a namespace. */
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly creationTimestamp: string;
  readonly generation?: number;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** As it is stored. Never changed in place: every write makes a new one. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What is at `a.b.c`; `undefined` where there is nothing. */
export function field(value: unknown, path: string): unknown {
  let at: unknown = value;
  for (const key of path.split(".")) {
    if (!isJsonObject(at)) return undefined;
    at = at[key];
  }
  return at;
}

export function text(value: unknown, path: string): string {
  const found = field(value, path);
  return typeof found === "string" ? found : "";
}

/** The elements of the list at the path; none where there is no list. */
export function elements(value: unknown, path: string): readonly unknown[] {
  const found = field(value, path);
  return Array.isArray(found) ? found : [];
}

/** `namespace/name`, or `/name` for objects without a namespace. */
export function keyOf({ namespace, name }: { namespace?: string; name: string }): string {
  return `${namespace ?? ""}/${name}`;
}
