import { expect, it, test } from "vitest";
import { read } from "../support/annotations.ts";

const DEFAULT = "max-age=31536000; includeSubDomains";

test.each([
  ["on for an adopted class", "nginx", undefined, DEFAULT],
  ["off for our own", "lintel", undefined, undefined],
  ["on when asked", "lintel", "true", DEFAULT],
  ["off when asked", "nginx", "false", undefined],
  ["what it is set to", "lintel", "max-age=60; preload", "max-age=60; preload"],
] as const)("is %s", (_, defaults, value, expected) => {
  const annotations = value === undefined ? undefined : { "lintel.dev/hsts": value };
  expect(read(annotations ?? {}, { defaults }).hsts).toBe(expected);
});

it("keeps its default where it cannot be read", () => {
  const { hsts, warnings } = read({ "lintel.dev/hsts": "for ever" }, { defaults: "nginx" });
  expect([hsts, warnings.map(({ reason }) => reason)]).toEqual([DEFAULT, ["AnnotationIgnored"]]);
});
