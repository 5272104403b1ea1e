/** The Cache-Control header (RFC 9111 5.2). */

/** By name in lower case; the argument without quotes, empty where there is none. */
export type Directives = ReadonlyMap<string, string>;

const DIRECTIVE = /([\w!#$%&'*+.^`|~-]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]*)))?/g;

const NONE: Directives = new Map();

export function parseCacheControl(text: string | null): Directives {
  if (text === null) return NONE;
  const directives = new Map<string, string>();
  for (const [, name = "", quoted, plain] of text.matchAll(DIRECTIVE)) {
    const key = name.toLowerCase();
    // Of two that contradict each other the first counts (RFC 9111 4.2.1).
    if (!directives.has(key)) directives.set(key, quoted ?? plain ?? "");
  }
  return directives;
}

/** RFC 9111 1.2.2: what is larger than that is as good as for ever. */
const MOST = 2 ** 31;

/** Seconds; `undefined` where the directive is absent, 0 where it cannot be read, which is stale (RFC 9111 4.2.1). */
export function secondsOf(directives: Directives, name: string): number | undefined {
  const text = directives.get(name);
  if (text === undefined) return undefined;
  return /^\d+$/.test(text) ? Math.min(Number(text), MOST) : 0;
}
