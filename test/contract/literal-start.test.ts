import fc from "fast-check";
import { expect, it, test } from "vitest";
import { pathExpression } from "../../contract/expression.ts";
import { literalStart, mayStartWith } from "../../contract/literal-start.ts";

test.each([
  ["plain text", "/Shop/cart", "/shop/cart"],
  ["up to a class", "/orders/[0-9]+", "/orders/"],
  ["up to a group, whatever alternatives it has", "/api(/|$)(.*)", "/api"],
  ["an escaped point", String.raw`/logo\.png$`, "/logo.png"],
  ["not what may be absent", "/ab*", "/a"],
  ["not what may be absent by number", "/ab{0,2}", "/a"],
  ["what stands once or more", "/ab+", "/ab"],
  ["nothing of alternatives", "/a|/b", ""],
  ["nothing of what is quoted", String.raw`/a\Q|\E`, ""],
  ["a bar in a class", "/a[|]b", "/a"],
  ["not beyond ASCII, where letters have more forms", "/é", "/"],
])("%s is certain", (_, expression, start) => {
  expect(literalStart(expression)).toBe(start);
});

test.each([
  ["/SHOP/1", "/shop", true],
  ["/sho", "/shop", false],
  ["/shoe", "/shop", false],
  ["/\u017fhop", "/shop", true],
])("%s may begin with %s: %s", (text, start, expected) => {
  expect(mayStartWith(text, start)).toBe(expected);
});

it("never denies what the expression matches", () => {
  const piece = fc.constantFrom(
    "a",
    "S",
    "/",
    "(b|c)",
    "[x|]",
    "k*",
    "s?",
    "|",
    "+",
    String.raw`\.`,
    "d{0,1}",
    ".",
    "é",
  );
  const char = fc.constantFrom(
    "a",
    "A",
    "s",
    "/",
    "b",
    "c",
    "x",
    "|",
    "k",
    "\u212a",
    "\u017f",
    ".",
    "d",
    "é",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), fc.array(char, { maxLength: 8 }), (pieces, chars) => {
      const source = `/${pieces.join("")}`;
      const text = `/${chars.join("")}`;
      const expression = compiled(source);
      if (expression?.test(text) === true) expect(mayStartWith(text, literalStart(source))).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

function compiled(source: string) {
  try {
    return pathExpression(source);
  } catch {
    return undefined;
  }
}
