import { expect, it } from "vitest";
import { isAuthority } from "../../../embedded-edge/http/authority.ts";

it.each([
  ["shop.example", true],
  ["SHOP.example:8443", true],
  ["under_score.example", true],
  ["shop.example:", true],
  ["10.0.0.1:80", true],
  ["[2001:db8::1]:443", true],
  ["", false],
  ["shop.example:port", false],
  ["shop.example:99999", false],
  ["user@shop.example", false],
  ["shop.example/path", false],
  ["shop example", false],
  ["shop.example,other.example", false],
  ["1.2.3.256", false],
  ["[::1", false],
  ["[:::]", false],
  ["caf\u00e9.example", false],
])("%j is a Host: %s", (text, expected) => {
  expect(isAuthority(text)).toBe(expected);
});
