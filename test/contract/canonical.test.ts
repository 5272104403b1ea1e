import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { canonicalJson, MalformedError } from "../../contract/index.ts";

describe("canonicalJson", () => {
  test.each([
    ["sorts keys by code unit", { b: 1, a: 2, "\u00e9": 3, Z: 4 }, '{"Z":4,"a":2,"b":1,"é":3}'],
    ["keeps the order of arrays", [3, 1, { b: [], a: {} }], '[3,1,{"a":{},"b":[]}]'],
    ["leaves undefined members out", { a: undefined, b: null }, '{"b":null}'],
    ["writes numbers as ECMAScript does", [1e21, -0, 1.5, 1e-7], "[1e+21,0,1.5,1e-7]"],
    ["escapes strings as JSON.stringify does", '\u0000"\\\ud800', '"\\u0000\\"\\\\\\ud800"'],
  ])("%s", (_, value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  test.each([[Number.NaN], [Infinity], [() => 1], [[undefined]], [1n]])(
    "refuses what JSON cannot carry: %s",
    (value) => {
      expect(() => canonicalJson(value)).toThrow(MalformedError);
    },
  );

  it("gives one text however an object was put together, and reads back as what it was", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), (value) => {
        const shuffled = Object.fromEntries(Object.entries(value).toReversed());
        expect(canonicalJson(shuffled)).toBe(canonicalJson(value));
        expect(canonicalJson(JSON.parse(canonicalJson(value)))).toBe(canonicalJson(value));
      }),
    );
  });
});
