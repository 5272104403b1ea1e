import { expect, test } from "vitest";
import {
  parseStatusAddresses,
  sameAddresses,
  StatusAddressError,
} from "../../../sync-agent/report/status-addresses.ts";

test.each([
  ["an IPv4 address", "203.0.113.7", [{ ip: "203.0.113.7" }]],
  ["an IPv6 address, in its usual form", "2001:DB8::0:7", [{ ip: "2001:db8::7" }]],
  ["a hostname, in lower case", "Edge.Example.COM.", [{ hostname: "edge.example.com" }]],
  ["a name without a dot", "edge", [{ hostname: "edge" }]],
  [
    "several, with blanks",
    " 203.0.113.7 , edge.example.com,",
    [{ ip: "203.0.113.7" }, { hostname: "edge.example.com" }],
  ],
  ["one that is there twice", "203.0.113.7,edge,203.0.113.7", [{ ip: "203.0.113.7" }, { hostname: "edge" }]],
  ["nothing", "", []],
  ["blanks and commas", " , ", []],
])("reads %s", (_name, text, expected) => {
  expect(parseStatusAddresses(text)).toEqual(expected);
});

test.each([
  "203.0.113.700",
  "10.0.0",
  "edge_1.example.com",
  "https://edge.example.com",
  "edge.example.com:443",
  "-edge.example.com",
  "*.example.com",
  "fe80::1%eth0",
  `${"a.".repeat(130)}com`,
])("refuses %s and says what it takes", (text) => {
  expect(() => parseStatusAddresses(`203.0.113.7,${text}`)).toThrow(StatusAddressError);
  expect(() => parseStatusAddresses(text)).toThrow(/separated by commas$/);
});

test.each([
  [
    "in another order",
    [{ ip: "10.0.0.1" }, { hostname: "a" }],
    [{ hostname: "a" }, { ip: "10.0.0.1" }],
    true,
  ],
  ["an IPv6 address written otherwise", [{ ip: "2001:db8::7" }], [{ ip: "2001:0db8:0::7" }], true],
  ["none and none", [], [], true],
  ["one more", [{ ip: "10.0.0.1" }], [{ ip: "10.0.0.1" }, { hostname: "a" }], false],
  ["one twice", [{ ip: "10.0.0.1" }], [{ ip: "10.0.0.1" }, { ip: "10.0.0.1" }], false],
  ["a name where an address was", [{ ip: "10.0.0.1" }], [{ hostname: "10.0.0.1" }], false],
  ["both in one", [{ ip: "10.0.0.1", hostname: "a" }], [{ ip: "10.0.0.1" }, { hostname: "a" }], false],
])("compares %s", (_name, a, b, expected) => {
  expect(sameAddresses(a, b)).toBe(expected);
  expect(sameAddresses(b, a)).toBe(expected);
});
