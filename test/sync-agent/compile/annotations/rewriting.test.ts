import { describe, expect, it, test } from "vitest";
import { read, warningsOf } from "../support/annotations.ts";

describe("a rewrite target", () => {
  test.each(["/", "/$2", "/api/$1?x=1", "$1", "https://b.test/$1"])("may be %s", (target) => {
    expect(read({ "rewrite-target": target }).filters.rewrite).toBe(target);
  });

  test.each(["app", "ftp://b.test", "", "/a\nb"])(
    "is not %j, without which nothing is safe to serve",
    (target) => {
      const { filters, outcome } = read({ "rewrite-target": target });
      expect([filters.rewrite, filters.closed, outcome]).toEqual([undefined, true, "keep"]);
    },
  );
});

test.each([
  ["goes with a rewrite", { "rewrite-target": "/$1", "x-forwarded-prefix": "/p" }, "/p"],
  ["goes with nothing else", { "x-forwarded-prefix": "/p" }, undefined],
  ["is none where it is empty", { "rewrite-target": "/$1", "x-forwarded-prefix": "" }, undefined],
])("X-Forwarded-Prefix %s", (_, annotations, expected) => {
  const { filters, warnings } = read(annotations);
  expect([filters.forwardedPrefix, warnings]).toEqual([expected, []]);
});

describe("aliases", () => {
  it("are hosts, wildcards among them", () => {
    expect(read({ "server-alias": "WWW.a.test, *.b.test.,c.test" }).aliases).toEqual([
      "www.a.test",
      "*.b.test",
      "c.test",
    ]);
  });

  it("are no regular expressions", () => {
    expect(read({ "server-alias": "~^www\\d+\\.a\\.test$" }).aliases).toBeUndefined();
    expect(warningsOf({ "server-alias": "~^www\\d+\\.a\\.test$" })).toEqual([
      expect.stringContaining("which is not a hostname"),
    ]);
  });
});

it("sets the host that the Service sees", () => {
  expect(read({ "upstream-vhost": "in.test" }).filters.upstreamHost).toBe("in.test");
});

test.each(["\u2603", "a b", "http://a.test", "a.test/x", "$http_x/y"])("a host is not %j", (host) => {
  const { filters, warnings } = read({ "upstream-vhost": host });
  expect([filters.upstreamHost, warnings.map(({ reason }) => reason)]).toEqual([
    undefined,
    ["AnnotationIgnored"],
  ]);
});
