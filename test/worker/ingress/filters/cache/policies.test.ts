import { describe, expect, it, test } from "vitest";
import type { Cache } from "../../../../../contract/index.ts";
import { parseCacheControl, secondsOf } from "../../../../../worker/ingress/filters/cache/cache-control.ts";
import { ageAtArrival, freshnessOf } from "../../../../../worker/ingress/filters/cache/response-policy.ts";

const NOW = Date.parse("Thu, 01 Jan 2026 00:01:00 GMT");
const ANYBODY = { isAuthenticated: false, hasCookies: false };

describe("Cache-Control", () => {
  test.each<[string, [string, string][]]>([
    [
      "max-age=60, public",
      [
        ["max-age", "60"],
        ["public", ""],
      ],
    ],
    [
      "Max-Age = 60,,  PUBLIC",
      [
        ["max-age", "60"],
        ["public", ""],
      ],
    ],
    [
      `private="set-cookie, x", max-age="5"`,
      [
        ["private", "set-cookie, x"],
        ["max-age", "5"],
      ],
    ],
    ["max-age=1, max-age=2", [["max-age", "1"]]],
    ["", []],
  ])("%s", (text, directives) => {
    expect([...parseCacheControl(text)]).toEqual(directives);
  });

  test.each<[string, number | undefined]>([
    ["max-age=60", 60],
    ["max-age=99999999999", 2 ** 31],
    ["max-age=-1", 0],
    ["max-age=soon", 0],
    ["max-age", 0],
    ["public", undefined],
  ])("%s is so many seconds", (text, seconds) => {
    expect(secondsOf(parseCacheControl(text), "max-age")).toBe(seconds);
  });
});

function lifetime(
  headers: Record<string, string>,
  {
    status = 200,
    settings = {},
    asker = {},
  }: { status?: number; settings?: Cache; asker?: Partial<typeof ANYBODY> } = {},
): number | undefined {
  const response = { status, headers: new Headers(headers) };
  return freshnessOf(response, { ...ANYBODY, ...asker }, settings, NOW)?.lifetime;
}

describe("how long a response is fresh", () => {
  test.each<[string, Record<string, string>, number | undefined]>([
    ["s-maxage before max-age", { "cache-control": "max-age=1, s-maxage=2", expires: "0" }, 2],
    ["max-age before Expires", { "cache-control": "max-age=1", expires: "Fri, 02 Jan 2026 00:00:00 GMT" }, 1],
    [
      "Expires, by the Service's clock",
      { date: "Thu, 01 Jan 2026 00:00:00 GMT", expires: "Thu, 01 Jan 2026 00:00:30 GMT" },
      30,
    ],
    ["Expires, by ours without a Date", { expires: "Thu, 01 Jan 2026 00:01:30 GMT" }, 30],
    ["no time for an Expires that is none, and nothing to validate", { expires: "0" }, undefined],
    ["no time for an Expires that is none, but something to validate", { expires: "0", etag: '"a"' }, 0],
    ["not kept without any of these", {}, undefined],
    ["not kept: no-store", { "cache-control": "max-age=9, no-store" }, undefined],
    ["not kept: private", { "cache-control": "max-age=9, private" }, undefined],
    ["not kept: private for some headers", { "cache-control": `max-age=9, private="x"` }, undefined],
    ["not kept: a cookie", { "cache-control": "public, max-age=9", "set-cookie": "a=1" }, undefined],
    ["not kept: it varies with anything", { "cache-control": "max-age=9", vary: "*" }, undefined],
    [
      "not kept: an endless stream",
      { "cache-control": "max-age=9", "content-type": "text/event-stream" },
      undefined,
    ],
    ["no-cache, with a validator", { "cache-control": "no-cache, max-age=9", etag: '"a"' }, 0],
    ["no-cache, without", { "cache-control": "no-cache, max-age=9" }, undefined],
    ["Pragma where there is no Cache-Control", { pragma: "no-cache", etag: '"a"' }, 0],
  ])("%s", (_, headers, seconds) => {
    expect(lifetime(headers)).toBe(seconds);
  });

  test.each<[number, number | undefined, number | undefined]>([
    [200, 60, 9],
    [204, 60, 9],
    [301, 60, 9],
    [308, 60, 9],
    [410, 60, 9],
    [302, undefined, 9],
    [404, undefined, 9],
    [500, undefined, 9],
    [206, undefined, undefined],
    [304, undefined, undefined],
  ])("%i is fresh for the route's ttl: %s; for its own max-age: %s", (status, byRoute, byItself) => {
    expect(lifetime({}, { status, settings: { ttl: 60 } })).toBe(byRoute);
    expect(lifetime({ "cache-control": "max-age=9" }, { status })).toBe(byItself);
  });

  test.each<[string, number | undefined]>([
    ["max-age=9", undefined],
    ["max-age=9, public", 9],
    ["max-age=9, must-revalidate", 9],
    ["s-maxage=9", 9],
  ])("to a request with credentials: %s", (control, seconds) => {
    expect(lifetime({ "cache-control": control }, { asker: { isAuthenticated: true } })).toBe(seconds);
  });

  test.each<[string, Cache, [number, number]]>([
    ["max-age=9", { staleWhileRevalidate: 5, staleIfError: 6 }, [5, 6]],
    ["max-age=9, stale-while-revalidate=1", { staleWhileRevalidate: 5, staleIfError: 6 }, [1, 6]],
    ["s-maxage=9", { staleWhileRevalidate: 5, staleIfError: 6 }, [0, 0]],
    ["s-maxage=9, stale-while-revalidate=1", {}, [1, 0]],
    ["max-age=9, must-revalidate, stale-while-revalidate=1", { staleIfError: 6 }, [0, 0]],
    ["max-age=9, proxy-revalidate", { staleIfError: 6 }, [0, 0]],
  ])("%s: how long after that it may be served", (control, settings, [whileRevalidate, ifError]) => {
    const response = { status: 200, headers: new Headers({ "cache-control": control }) };
    expect(freshnessOf(response, ANYBODY, settings, NOW)).toMatchObject({ whileRevalidate, ifError });
  });
});

describe("how old a response is when it comes", () => {
  test.each<[string, Record<string, string>, number, number]>([
    ["as it says, and the time that it took", { age: "10" }, 2_000, 12],
    ["as its Date says", { date: "Thu, 01 Jan 2026 00:00:00 GMT" }, 0, 60],
    ["whichever is more", { age: "90", date: "Thu, 01 Jan 2026 00:00:00 GMT" }, 0, 90],
    ["new, where the Service's clock is ahead", { date: "Thu, 01 Jan 2026 00:02:00 GMT" }, 0, 0],
    ["new, where it says nothing that can be read", { age: "-5", date: "yesterday" }, 0, 0],
  ])("%s", (_, headers, took, age) => {
    expect(ageAtArrival(new Headers(headers), NOW - took, NOW)).toBe(age);
  });
});

it("a clock that is set back makes nothing younger than it came", () => {
  expect(ageAtArrival(new Headers({ age: "10" }), NOW + 5_000, NOW)).toBe(10);
});
