import type { JWTPayload } from "jose";
import { expect, test } from "vitest";
import { claimHeaders } from "../../../../../worker/ingress/filters/access/claims.ts";

test.each<[string, unknown, string, string | undefined]>([
  ["a text", { sub: "alice" }, "sub", "alice"],
  ["a number", { level: 3 }, "level", "3"],
  ["a truth", { ok: false }, "ok", "false"],
  ["a list of texts", { groups: ["a", "b"] }, "groups", "a,b"],
  ["an object", { a: { b: [1] } }, "a", `{"b":[1]}`],
  ["within an object", { a: { b: "c" } }, "a.b", "c"],
  ["a name with dots before the way into objects", { "a.b": "x", a: { b: "y" } }, "a.b", "x"],
  ["a URL for a name", { "https://x.test/roles": ["r"] }, "https://x.test/roles", "r"],
  ["nothing", {}, "sub", undefined],
  ["null", { sub: null }, "sub", undefined],
  ["what every object has", {}, "constructor", undefined],
  ["what every object within has", { a: {} }, "a.constructor", undefined],
  ["other alphabets", { name: "Žofie" }, "name", "%C5%BDofie"],
  ["line ends", { name: "a\r\nx-admin: 1" }, "name", "a%0D%0Ax-admin: 1"],
  ["half a character", { name: "\ud800" }, "name", "%EF%BF%BD"],
])("%s", (_, payload, claim, expected) => {
  const wanted = claimHeaders(payload as JWTPayload, { "x-claim": claim });
  expect(new Headers(wanted.map(([name, value]) => [name, value])).get("x-claim") ?? undefined).toBe(
    expected,
  );
});
