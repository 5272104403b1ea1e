/** What an annotation is: its name, how its text is read, what a bad value means, and its reference entry. */

/** The prefix under which ingress-nginx's users have written theirs. */
export const NGINX_PREFIX = "nginx.ingress.kubernetes.io/";
/** The prefix of what ingress-nginx never had. */
export const OWN_PREFIX = "lintel.dev/";

/**
 * What happens to an Ingress whose annotation cannot be read:
 * - `ignore`: it is served as if the annotation were not there, which is safe;
 * - `keep`: its last good routes stay, and without any it answers 503: without the annotation it would mean another thing;
 * - `deny`: its requests are refused with 403, which the annotation's group sees to;
 * - `close`: its requests are refused, because the annotation restricts who may come in.
 */
export type OnBadValue = "ignore" | "keep" | "deny" | "close";

export interface Annotation<T> {
  /** With its prefix. */
  readonly name: string;
  /** An older name of the same, read where the first is not set. */
  readonly alias?: string | undefined;
  /** @throws BadValue */
  readonly read: (text: string) => T;
  readonly onBadValue: OnBadValue;
  readonly reference: Reference;
}

/** One entry of docs/annotations.md. */
export interface Reference {
  /** `boolean`, `number of seconds`, `list of CIDRs` … */
  readonly type: string;
  /** What holds where the annotation is absent. */
  readonly default: string;
  readonly example: string;
  /** One sentence or two. */
  readonly text: string;
  /** Where it differs from ingress-nginx, if it does. */
  readonly difference?: string | undefined;
  /** Where a bad value means another thing than OnBadValue says: a word for the table, and the words of a warning. */
  readonly ifBad?: { readonly word: string; readonly consequence: string } | undefined;
  /** Whether the value may hold nginx's variables. */
  readonly hasVariables?: boolean | undefined;
  /** Whether the difference is felt with a value; with every one where it is not said. */
  readonly differsFor?: ((text: string) => boolean) | undefined;
}

/** Why a value cannot be read: goes on after the value, as in `"maybe" is not true or false`. */
export class BadValue extends Error {
  override name = "BadValue";
  readonly remedy: string;

  constructor(problem: string, remedy: string) {
    super(problem);
    this.remedy = remedy;
  }
}

interface Definition<T> extends Reference {
  readonly alias?: string;
  readonly read: (text: string) => T;
  readonly onBadValue?: OnBadValue;
}

/** An annotation of ingress-nginx, by its name without the prefix. */
export function nginx<T>(name: string, definition: Definition<T>): Annotation<T> {
  return define(NGINX_PREFIX, name, definition);
}

/** An annotation of our own. */
export function own<T>(name: string, definition: Definition<T>): Annotation<T> {
  return define(OWN_PREFIX, name, definition);
}

function define<T>(prefix: string, name: string, definition: Definition<T>): Annotation<T> {
  const { read, alias, onBadValue = "ignore", ...reference } = definition;
  return {
    name: prefix + name,
    alias: alias === undefined ? undefined : prefix + alias,
    read,
    onBadValue,
    reference,
  };
}
