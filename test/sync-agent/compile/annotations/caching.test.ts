import { expect, test } from "vitest";
import type { Cache } from "../../../../contract/index.ts";
import { filtersOf, warningsOf } from "../support/annotations.ts";

const annotations = (cache: string | undefined, cookies?: string) => ({
  ...(cache !== undefined && { "lintel.dev/cache": cache }),
  ...(cookies !== undefined && { "lintel.dev/cache-key-cookies": cookies }),
});

test.each<[string | undefined, string | undefined, Cache | undefined]>([
  ["on", undefined, {}],
  ["off", undefined, undefined],
  [undefined, "lang", undefined],
  ["ttl=60s", undefined, { ttl: 60 }],
  [
    "ttl=1m, stale-while-revalidate=30s,stale-if-error = 1h30m",
    undefined,
    { ttl: 60, staleWhileRevalidate: 30, staleIfError: 5400 },
  ],
  ["ttl=0", undefined, { ttl: 0 }],
  ["on", "lang, currency,lang", { keyCookies: ["currency", "lang"] }],
  ["ttl=60", "none", { ttl: 60, keyCookies: [] }],
])("lintel.dev/cache: %s with cookies %s", (cache, cookies, wanted) => {
  expect(filtersOf(annotations(cache, cookies)).cache).toEqual(wanted);
  expect(warningsOf(annotations(cache, cookies))).toEqual([]);
});

test.each<[string, string | undefined, string]>([
  ["true", undefined, 'holds "true"'],
  ["", undefined, "is empty"],
  ["ttl=soon", undefined, "is not a time"],
  ["ttl=1500ms", undefined, "not a number of seconds"],
  ["ttl=1m, ttl=2m", undefined, "says ttl twice"],
  ["ttl=1m, max=5", undefined, 'holds "max=5"'],
  ["toString=1", undefined, 'holds "toString=1"'],
  ["ttl=1m", "a b", "is not a cookie's name"],
  ["ttl=1m", " ", "names no cookie"],
])("lintel.dev/cache: %s with cookies %s keeps nothing, and says why", (cache, cookies, problem) => {
  expect(filtersOf(annotations(cache, cookies))).toEqual({});
  expect(warningsOf(annotations(cache, cookies))).toEqual([expect.stringContaining(problem)]);
});
