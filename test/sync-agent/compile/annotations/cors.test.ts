import { describe, expect, it, test } from "vitest";
import { filtersOf, warningsOf } from "../support/annotations.ts";

it("is off unless enabled", () => {
  expect(filtersOf({ "cors-allow-origin": "https://a.test" })).toEqual({});
});

it("has ingress-nginx's defaults", () => {
  expect(filtersOf({ "enable-cors": "true" }).cors).toEqual({
    origins: ["*"],
    methods: "GET, PUT, POST, DELETE, PATCH, OPTIONS",
    headers: expect.stringContaining("Authorization") as string,
    credentials: true,
    maxAge: 1_728_000,
  });
});

test.each<[string, string, Record<string, unknown>]>([
  [
    "cors-allow-origin",
    "https://A.test, https://*.b.test:8443",
    { origins: ["https://a.test", "https://*.b.test:8443"] },
  ],
  ["cors-allow-methods", "GET,POST", { methods: "GET, POST" }],
  ["cors-allow-headers", "X-A, X-B", { headers: "X-A, X-B" }],
  ["cors-expose-headers", "*", { exposeHeaders: "*" }],
  ["cors-allow-credentials", "false", { credentials: false }],
  ["cors-max-age", "600", { maxAge: 600 }],
])("%s: %s", (name, value, expected) => {
  expect(filtersOf({ "enable-cors": "true", [name]: value }).cors).toMatchObject(expected);
});

describe("a list of origins", () => {
  test.each<[string, string, string[], string[]]>([
    ["without any is as if it were not written", "   ", ["*"], []],
    ["with * is for all, whatever else it holds", "https://a.test, *, a.test", ["*"], []],
    [
      "holds what can be read of it",
      "a.test:8080, https://a.test",
      ["https://a.test"],
      [`AnnotationIgnored: "a.test:8080" is no origin; it is left out.`],
    ],
    [
      "lets nobody in where nothing of it can be read",
      "nonsense, a.test",
      [],
      [expect.stringContaining("holds no origin") as string],
    ],
  ])("%s", (_, value, origins, warnings) => {
    const annotations = { "enable-cors": "true", "cors-allow-origin": value };
    expect(filtersOf(annotations).cors?.origins).toEqual(origins);
    expect(warningsOf(annotations)).toEqual(warnings);
  });
});
