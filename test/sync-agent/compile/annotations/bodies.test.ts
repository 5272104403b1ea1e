import { expect, test } from "vitest";
import { filtersOf } from "../support/annotations.ts";

test.each([
  ["1m for an adopted class", "nginx", {}, 1_048_576],
  ["none for our own", "lintel", {}, undefined],
  ["what it is set to", "lintel", { "proxy-body-size": "8m" }, 8_388_608],
  ["none where it is 0", "nginx", { "proxy-body-size": "0" }, undefined],
  ["its default where it cannot be read", "nginx", { "proxy-body-size": "big" }, 1_048_576],
] as const)("the largest body is %s", (_, defaults, annotations, expected) => {
  expect(filtersOf(annotations, { defaults }).maxBody).toBe(expected);
});
