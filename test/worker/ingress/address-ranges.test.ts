import { expect, it, test } from "vitest";
import { addressTest } from "../../../worker/ingress/address-ranges.ts";

test.each<[string[], string, boolean]>([
  [["10.0.0.0/8"], "10.255.0.1", true],
  [["10.0.0.0/8"], "11.0.0.1", false],
  [["192.0.2.7/32", "10.0.0.0/8"], "192.0.2.7", true],
  [["192.0.2.77/24"], "192.0.2.1", true],
  [["0.0.0.0/0"], "192.0.2.1", true],
  [["0.0.0.0/0"], "2001:db8::1", false],
  [["2001:db8::/32"], "2001:db8:1::1", true],
  [["2001:db8::/32"], "2001:db9::1", false],
  [["::/0"], "192.0.2.1", false],
  [["::ffff:10.0.0.0/104"], "10.1.2.3", true],
  [["::ffff:10.0.0.0/104"], "11.1.2.3", false],
  [[], "192.0.2.1", false],
])("%j, %s: %s", (ranges, address, expected) => {
  expect(addressTest(ranges)?.(address)).toBe(expected);
});

it("is none where a range cannot be read", () => {
  expect(addressTest(["10.0.0.0/8", "10.0.0.0/99"])).toBeUndefined();
});
