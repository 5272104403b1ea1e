/** What differs between two generations, in words. */
import { canonicalJson, type RecordOf, type Section } from "../../../contract/index.ts";

/** One thing that was added, removed or changed. */
export interface Change {
  readonly section: Exclude<Section, "addresses"> | "settings" | "hold";
  readonly kind: "added" | "removed" | "changed";
  /** `shop.example.com`, `Service default/web`, `DNS token laptop`. */
  readonly name: string;
  /** Short sentences without a subject: `path /cart now goes to cart-v2:80`. Empty where there is nothing to add. */
  readonly details: readonly string[];
}

/** What one section makes of a record that is new, gone or another one. */
export interface Describe<S extends Section> {
  readonly name: (key: string, record: RecordOf<S>) => string;
  /** Of a new one. */
  readonly content: (record: RecordOf<S>) => readonly string[];
  /** Of one that is gone, where there is something to add. */
  readonly gone?: (record: RecordOf<S>) => readonly string[];
  readonly difference: (before: RecordOf<S>, after: RecordOf<S>) => readonly string[];
}

/** The lines of a change for a terminal, each with its subject. */
export function changeLines({ kind, name, details }: Pick<Change, "kind" | "name" | "details">): string[] {
  if (kind === "changed" && details.length > 0) return details.map((detail) => `${name}: ${detail}`);
  return [`${name}: ${[kind, ...details].join(", ")}`];
}

export function same(a: unknown, b: unknown): boolean {
  if (a === undefined || b === undefined) return a === b;
  return canonicalJson(a) === canonicalJson(b);
}

/** So many of a list are named; of the others there is only the number. */
const NAMED = 5;

export function listed(items: readonly string[], most = NAMED): string {
  if (items.length <= most) return items.join(", ");
  return `${items.slice(0, most).join(", ")} and ${items.length - most} more`;
}

/** `ttl now 30, was 5`; nothing where they are equal. */
export function nowWas(
  what: string,
  before: string | number | undefined,
  after: string | number | undefined,
): string[] {
  if (before === after) return [];
  if (before === undefined) return [`${what} ${after}, was none`];
  return after === undefined ? [`${what} none, was ${before}`] : [`${what} now ${after}, was ${before}`];
}

/** Keys that only the second has, only the first has, and that both have with different values. */
export function keyDifference(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): { readonly added: string[]; readonly removed: string[]; readonly changed: string[] } {
  const has = (record: Readonly<Record<string, unknown>>, key: string) =>
    Object.hasOwn(record, key) && record[key] !== undefined;
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
  return {
    added: keys.filter((key) => !has(before, key) && has(after, key)),
    removed: keys.filter((key) => has(before, key) && !has(after, key)),
    changed: keys.filter((key) => has(before, key) && has(after, key) && !same(before[key], after[key])),
  };
}
