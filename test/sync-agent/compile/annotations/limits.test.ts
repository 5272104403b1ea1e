import { describe, expect, it, test } from "vitest";
import type { Limits } from "../../../../contract/index.ts";
import { filtersOf, read, warningsOf } from "../support/annotations.ts";

const NONE: Limits = { by: "address", burstMultiplier: 5, exempt: [], status: 503 };

test.each<[string, Record<string, string>, Limits]>([
  ["requests a second", { "limit-rps": "10" }, { ...NONE, perSecond: 10 }],
  ["requests a minute", { "limit-rpm": "300" }, { ...NONE, perMinute: 300 }],
  ["connections", { "limit-connections": "8" }, { ...NONE, connections: 8 }],
  [
    "all of them",
    { "limit-rps": "1", "limit-rpm": "2", "limit-connections": "3" },
    { ...NONE, perSecond: 1, perMinute: 2, connections: 3 },
  ],
  [
    "a burst",
    { "limit-rps": "10", "limit-burst-multiplier": "3" },
    { ...NONE, perSecond: 10, burstMultiplier: 3 },
  ],
  [
    "exempt addresses",
    { "limit-rps": "10", "limit-allowlist": "10.0.0.0/8, 2001:db8::1" },
    { ...NONE, perSecond: 10, exempt: ["10.0.0.0/8", "2001:db8::1/128"] },
  ],
  [
    "exempt addresses under their older name",
    { "limit-rps": "10", "limit-whitelist": "10.0.0.0/8" },
    { ...NONE, perSecond: 10, exempt: ["10.0.0.0/8"] },
  ],
  ["by address", { "limit-rps": "10", "lintel.dev/limit-by": "address" }, { ...NONE, perSecond: 10 }],
  [
    "by a header",
    { "limit-rps": "10", "lintel.dev/limit-by": "header X-Tenant" },
    { ...NONE, perSecond: 10, by: { header: "x-tenant" } },
  ],
  [
    "another status",
    { "limit-rps": "10", "lintel.dev/limit-status": "429" },
    { ...NONE, perSecond: 10, status: 429 },
  ],
])("%s", (_, annotations, expected) => {
  expect(filtersOf(annotations)).toEqual({ limits: expected });
  expect(warningsOf(annotations)).toEqual([]);
});

test.each<[string, Record<string, string>]>([
  ["0", { "limit-rps": "0", "limit-rpm": "0", "limit-connections": "0" }],
  ["what limits nothing by itself", { "limit-burst-multiplier": "3", "limit-allowlist": "10.0.0.0/8" }],
])("is no limit: %s", (_, annotations) => {
  expect(read(annotations)).toMatchObject({ filters: {}, outcome: undefined, warnings: [] });
  expect(filtersOf(annotations)).toEqual({});
});

describe("where it cannot be read", () => {
  it.each([
    ["limit-rps", "ten"],
    ["limit-rps", "-1"],
    ["limit-rpm", "1.5"],
    ["limit-connections", ""],
    ["limit-rps", "99999999999"],
    ["lintel.dev/limit-by", "cookie"],
    ["lintel.dev/limit-by", "header"],
    ["lintel.dev/limit-by", "header X-A X-B"],
    ["lintel.dev/limit-by", "header X:Y"],
  ])("%s: %s keeps what was served before, since without it more would be let pass", (name, value) => {
    const reading = read({ "limit-connections": "1", [name]: value });
    expect(reading.outcome).toBe("keep");
    expect(reading.filters.closed).toBe(true);
    expect(reading.warnings).toHaveLength(1);
  });

  it.each<[string, string, Partial<Limits>]>([
    ["limit-burst-multiplier", "0", { burstMultiplier: 5 }],
    ["limit-burst-multiplier", "many", { burstMultiplier: 5 }],
    ["limit-allowlist", "10.0.0.0/8, nonsense", { exempt: [] }],
    ["lintel.dev/limit-status", "200", { status: 503 }],
    ["lintel.dev/limit-status", "500", { status: 503 }],
  ])("%s: %s is passed over, and the limit holds", (name, value, expected) => {
    const reading = read({ "limit-rps": "10", [name]: value });
    expect(reading.outcome).toBe("ignore");
    expect(reading.filters).toEqual({ limits: { ...NONE, perSecond: 10, ...expected } });
    expect(reading.warnings).toHaveLength(1);
  });
});
