import { expect, it, test } from "vitest";
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

it("lets nobody in where the list of origins cannot be read", () => {
  const annotations = { "enable-cors": "true", "cors-allow-origin": "https://a.test, nonsense" };
  expect(filtersOf(annotations).cors?.origins).toEqual([]);
  expect(warningsOf(annotations)).toEqual([expect.stringContaining(`holds "nonsense", which is no origin`)]);
});
