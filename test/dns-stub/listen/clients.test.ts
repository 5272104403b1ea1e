import { describe, expect, it, test } from "vitest";
import { clientsIn, isLoopback } from "../../../dns-stub/listen/clients.ts";

const isClient = clientsIn(["10.0.0.0/8", "127.0.0.0/8", "::1/128", "fe80::/10"]);

test.each([
  ["127.0.0.1", true],
  ["10.2.3.4", true],
  ["::1", true],
  ["fe80::1%eth0", true],
  ["192.0.2.1", false],
  ["11.0.0.1", false],
  ["2001:db8::1", false],
])("%s may ask: %s", (address, expected) => {
  expect(isClient(address)).toBe(expected);
});

test.each([
  ["127.0.0.1", true],
  ["127.9.9.9", true],
  ["::1", true],
  ["10.0.0.1", false],
  ["fe80::1%lo", false],
])("%s is loopback: %s", (address, expected) => {
  expect(isLoopback(address)).toBe(expected);
});

describe("ranges that are none", () => {
  it.each([["10.0.0.0"], ["10.0.0.0/33"], ["ten/8"], ["::/129"]])("%s", (range) => {
    expect(() => clientsIn([range])).toThrow(`--clients: ${range} is not an address range`);
  });
});
