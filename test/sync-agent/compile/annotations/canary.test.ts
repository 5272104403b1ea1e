import { describe, expect, test } from "vitest";
import type { Canary } from "../../../../contract/index.ts";
import { read } from "../support/annotations.ts";

type Settings = Omit<Canary, "ingress" | "service" | "port">;
const CANARY = { canary: "true" };
const NOTHING: Settings = { weight: 0, total: 100 };

describe("an Ingress is a canary", () => {
  test.each<[string, Record<string, string>, Settings | undefined]>([
    ["not without saying so", { "canary-weight": "50" }, undefined],
    ["not where it says that it is none", { canary: "false", "canary-weight": "50" }, undefined],
    ["of no request", CANARY, NOTHING],
    [
      "by header",
      { ...CANARY, "canary-by-header": "X-Canary" },
      { ...NOTHING, header: { name: "x-canary" } },
    ],
    [
      "by the value of a header",
      { ...CANARY, "canary-by-header": "X-Canary", "canary-by-header-value": "beta" },
      { ...NOTHING, header: { name: "x-canary", value: "beta" } },
    ],
    [
      "by the pattern of a header",
      { ...CANARY, "canary-by-header": "X-Canary", "canary-by-header-pattern": "^b" },
      { ...NOTHING, header: { name: "x-canary", pattern: "^b" } },
    ],
    [
      "by the value rather than the pattern",
      {
        ...CANARY,
        "canary-by-header": "X-Canary",
        "canary-by-header-value": "beta",
        "canary-by-header-pattern": "^b",
      },
      { ...NOTHING, header: { name: "x-canary", value: "beta" } },
    ],
    ["by no value where there is no header", { ...CANARY, "canary-by-header-value": "beta" }, NOTHING],
    ["by cookie", { ...CANARY, "canary-by-cookie": "beta" }, { ...NOTHING, cookie: "beta" }],
    ["by weight", { ...CANARY, "canary-weight": "20" }, { weight: 20, total: 100 }],
    [
      "by weight of another whole",
      { ...CANARY, "canary-weight": "5", "canary-weight-total": "1000" },
      { weight: 5, total: 1_000 },
    ],
    [
      "by weight of a hundred where the whole is less",
      { ...CANARY, "canary-weight": "5", "canary-weight-total": "10" },
      { weight: 5, total: 100 },
    ],
    [
      "of every request where it weighs more than the whole",
      { ...CANARY, "canary-weight": "200" },
      { weight: 100, total: 100 },
    ],
  ])("%s", (_, annotations, expected) => {
    const { canary, warnings } = read(annotations);
    expect([canary, warnings]).toEqual([expected, []]);
  });

  test.each<[string, string, string]>([
    ["canary", "yes", "is not true or false"],
    ["canary-by-header", "X Canary", "is not a header's name"],
    ["canary-by-header-pattern", "(a", "is no regular expression"],
    ["canary-by-header-pattern", "(?<=a)b", "cannot be matched in bounded time"],
    ["canary-by-cookie", "a;b", "is not a cookie's name"],
    ["canary-weight", "half", "is not a whole number"],
    ["canary-weight-total", "all", "is not a whole number"],
  ])("as before where %s is %j, and else one of no request by it", (name, value, problem) => {
    const header = name.startsWith("canary-by-header-") ? { "canary-by-header": "x-canary" } : {};
    const weight = name === "canary" ? { "canary-weight": "100" } : {};
    const { canary, outcome, warnings } = read({ ...CANARY, ...header, ...weight, [name]: value });
    expect([canary, outcome]).toEqual([NOTHING, "keep"]);
    expect(warnings.map(({ message }) => message)).toEqual([expect.stringContaining(problem)]);
  });
});
