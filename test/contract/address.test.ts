import { describe, expect, test } from "vitest";
import { addressBlock, canonicalAddress, endpointLabel, serverNameKeys } from "../../contract/index.ts";

describe("canonicalAddress", () => {
  test.each([
    ["10.0.0.1", "10.0.0.1"],
    ["FD00:0:0::000A", "fd00::a"],
    ["::ffff:10.0.0.1", "10.0.0.1"],
    ["::1", "::1"],
    ["0.9.99.255", "0.9.99.255"],
    ["10.1", undefined],
    ["10.0.0.1.1", undefined],
    ["10.0.0.1.", undefined],
    ["10.0.0.01", undefined],
    ["10.0.0.1000", undefined],
    ["0x0a000001", undefined],
    ["010.0.0.1", undefined],
    ["10.0.0.256", undefined],
    ["fe80::1%eth0", undefined],
    ["example.com", undefined],
    ["", undefined],
  ])("%j is %j", (text, canonical) => {
    expect(canonicalAddress(text)).toBe(canonical);
  });
});

test.each([
  ["10.96.0.10", "10.96.0.0/24"],
  ["fd00:1:2:3:4::a", "fd00:1:2:3::/64"],
  ["::1", "::/64"],
])("%s lies in block %s", (address, block) => {
  expect(addressBlock(address)).toBe(block);
});

test.each([
  ["a.b.test", ["a.b.test", "*.b.test"]],
  ["localhost", ["localhost"]],
  [".x", [".x"]],
])("%s is looked for under %j", (name, keys) => {
  expect(serverNameKeys(name)).toEqual(keys);
});

test.each([
  ["10.0.0.1", undefined, "10-0-0-1"],
  ["fd00::1", undefined, "fd00--1"],
  ["fd00:1::", undefined, "fd00-1--0"],
  ["::1", undefined, "--1"],
  ["10.0.0.1", "web-0", "web-0"],
  ["10.0.0.1", "", "10-0-0-1"],
])("the endpoint %s with hostname %s is called %s", (address, hostname, label) => {
  expect(endpointLabel({ address, hostname })).toBe(label);
});
