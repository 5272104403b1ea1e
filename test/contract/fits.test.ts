import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import * as z from "zod";
import { rootSchema, SECTIONS, standardDns } from "../../contract/index.ts";
import { fits } from "../../contract/fits.ts";
import { hostEntries, root, serviceEntries } from "./arbitraries.ts";

const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const FILTERS = {
  toHttps: { status: 308 },
  cors: { origins: ["*"], methods: "GET", headers: "Accept", credentials: true, maxAge: 60 },
  limits: { by: { header: "x-key" }, perSecond: 5, burstMultiplier: 5, exempt: ["10.0.0.0/8"], status: 503 },
  access: {
    satisfy: "any",
    basic: { realm: "shop", users: { anna: "{SHA}x" } },
    external: {
      target: { kind: "url", origin: "https://auth.example.com", path: "/" },
      responseHeaders: [],
      requestHeaders: { "x-a": "$host" },
      alwaysSetCookie: false,
      cache: { key: "$http_cookie", seconds: { "200": 60, any: 1 } },
    },
  },
  forwarding: { scheme: "https", connectMs: 5_000, retryOn: ["error", 502], viaService: true },
  balance: { by: "hash", key: "$request_uri", subset: 3 },
  affinity: { cookie: "route", mode: "balanced", stickyCanary: true, sameSite: "Lax", maxAge: -1 },
  canary: { ingress: "shop/b", service: "shop/b", port: 80, weight: 10, total: 100 },
};

const routed = (filters: unknown): unknown => ({
  routes: [
    {
      ingress: "shop/web",
      match: { path: { type: "Exact", value: "/" } },
      backends: [{ service: "shop/web", port: 80, weight: 1 }],
      filters,
    },
  ],
});

/** What stands somewhere in place of what should: of another kind, out of its range, or with strange names. */
const ODD: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  65_536,
  2 ** 53,
  "",
  "x",
  "/",
  "shop/web",
  "a".repeat(300),
  "😀".repeat(130),
  [],
  ["x"],
  {},
  { kind: "headless" },
  JSON.parse('{"__proto__":{}}'),
  { constructor: 1 },
  { toString: "" },
];
const odd = fc.constantFrom(...ODD);

/** Puts something else in one place of a value, takes it away, or adds to it. */
function changed(value: unknown, steps: readonly number[], other: unknown): unknown {
  const [step, ...rest] = steps;
  if (step === undefined || typeof value !== "object" || value === null) return other;
  const copy = asJson(value) as Record<string, unknown>;
  const keys = Object.keys(copy);
  const place = step % (keys.length + 2);
  const key = keys[place];
  if (key !== undefined) copy[key] = changed(copy[key], rest, other);
  else if (Array.isArray(copy)) copy.push(other);
  else if (place === keys.length) copy["constructor"] = other;
  else delete copy[keys[0] ?? ""];
  return copy;
}

const steps = fc.array(fc.nat(30), { maxLength: 9 });
const SCHEMAS = { root: rootSchema, host: SECTIONS.hosts.record, service: SECTIONS.services.record };
type Kind = keyof typeof SCHEMAS;
const values: fc.Arbitrary<[Kind, unknown]> = fc.oneof(
  root.map((value): [Kind, unknown] => ["root", value]),
  hostEntries.map(([entry]): [Kind, unknown] => ["host", entry?.[1]]),
  serviceEntries.map(([entry]): [Kind, unknown] => ["service", entry?.[1]]),
  fc.constant<[Kind, unknown]>(["host", routed(FILTERS)]),
);

describe("fits", () => {
  it("takes nothing that the schema refuses or changes, and misses little that it takes", () => {
    let taken = 0;
    let fitting = 0;
    fc.assert(
      fc.property(values, steps, odd, ([kind, whole], steps, other) => {
        if (whole === undefined) return;
        const value = changed(asJson(whole), steps, other);
        const schema: z.core.$ZodType = SCHEMAS[kind];
        const result = z.safeParse(schema, value);
        if (result.success) taken += 1;
        if (!fits(schema, value)) return;
        fitting += 1;
        expect(result).toEqual({ success: true, data: value });
      }),
      { numRuns: 500 },
    );
    expect(taken).toBeGreaterThan(0);
    expect(fitting).toBeGreaterThan(taken * 0.9);
  });

  it("takes whole roots and records", () => {
    fc.assert(
      fc.property(values, ([kind, value]) => {
        if (value !== undefined) expect(fits(SCHEMAS[kind], asJson(value))).toBe(true);
      }),
      { numRuns: 50 },
    );
    const dns = standardDns({ domain: "cluster.local", ttl: 5, pods: "insecure" });
    expect(fits(rootSchema.shape.settings, asJson({ dns }))).toBe(true);
  });

  test.each<[string, z.ZodType, unknown]>([
    ["text that is changed", z.string().trim(), "a"],
    ["what is made into text", z.coerce.string(), "a"],
    ["a format of its own", z.url(), "https://example.com/"],
    ["numbers of any kind", z.number(), 1],
    ["what is transformed", z.string().transform(Number), "1"],
    ["what has a default", z.strictObject({ a: z.string().default("") }), {}],
    ["an object that drops what it does not know", z.object({ a: z.string() }), { a: "a" }],
    ["a record of known keys", z.record(z.enum(["a"]), z.string()), { a: "a" }],
    ["a null", z.string().nullable(), null],
  ])("leaves to zod %s", (_, schema, value) => {
    expect(fits(schema, value)).toBe(false);
  });
});
