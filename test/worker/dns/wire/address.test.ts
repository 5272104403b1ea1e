import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalAddress } from "../../../../contract/index.ts";
import { formatIPv4, formatIPv6, writeIPv4, writeIPv6 } from "../../../../worker/dns/wire/address.ts";
import { ipv4, ipv6 } from "../support/arbitraries.ts";
import { hexOf } from "../support/messages.ts";
import { runs } from "../../support/runs.ts";

function written(write: typeof writeIPv4, text: string, length: number): string | undefined {
  const out = new Uint8Array(length + 2).fill(0xee);
  if (!write(text, out, 1)) return undefined;
  expect([out[0], out[length + 1]]).toEqual([0xee, 0xee]);
  return hexOf(out.subarray(1, length + 1));
}

describe("IPv4", () => {
  it.each([
    ["10.96.0.1", "0a600001"],
    ["0.0.0.0", "00000000"],
    ["255.255.255.255", "ffffffff"],
    ["256.0.0.1", undefined],
    ["1.2.3", undefined],
    ["1.2.3.4.5", undefined],
    ["1.2.3.", undefined],
    [".1.2.3", undefined],
    ["1..2.3", undefined],
    ["01.2.3.4", undefined],
    ["1.2.3.4 ", undefined],
    ["a.2.3.4", undefined],
    ["", undefined],
    ["::1", undefined],
  ])("%s", (text, hex) => {
    expect(written(writeIPv4, text, 4)).toBe(hex);
  });

  it("reads back what it formats", () => {
    fc.assert(
      fc.property(ipv4, (text) => {
        const out = new Uint8Array(4);
        expect(writeIPv4(text, out, 0)).toBe(true);
        expect(formatIPv4(out)).toBe(text);
      }),
      { seed: 2, numRuns: runs(2000) },
    );
  });
});

describe("IPv6", () => {
  it.each([
    ["::", "0".repeat(32)],
    ["::1", `${"0".repeat(31)}1`],
    ["fd00::", `fd00${"0".repeat(28)}`],
    ["fd00:10:96::a", "fd00001000960000000000000000000a"],
    ["FD00:10:96::A", "fd00001000960000000000000000000a"],
    ["1:2:3:4:5:6:7:8", "00010002000300040005000600070008"],
    ["1:2:3:4:5:6:7::", "00010002000300040005000600070000"],
    ["::2:3:4:5:6:7:8", "00000002000300040005000600070008"],
    ["1:2:3:4:5:6:7:8::", undefined],
    ["1:2:3:4:5:6:7", undefined],
    ["1:2:3:4:5:6:7:8:9", undefined],
    ["1::2::3", undefined],
    ["1:::2", undefined],
    [":::", undefined],
    [":1::2", undefined],
    ["1::2:", undefined],
    ["12345::", undefined],
    ["g::", undefined],
    ["::ffff:1.2.3.4", undefined],
    ["", undefined],
    [":", undefined],
    ["10.0.0.1", undefined],
  ])("%s", (text, hex) => {
    expect(written(writeIPv6, text, 16)).toBe(hex);
  });

  it("formats as the contract's canonical text, and reads that back", () => {
    fc.assert(
      fc.property(ipv6, (text) => {
        const out = new Uint8Array(16);
        expect(writeIPv6(text, out, 0)).toBe(true);
        expect(formatIPv6(out)).toBe(text);
      }),
      { seed: 3, numRuns: runs(5000) },
    );
  });

  it("takes the texts that a careful parser takes, and no others", () => {
    const nearly = fc.stringMatching(/^[0-9a-f:]{0,4}(?:::?[0-9a-f]{0,4}){0,8}:?$/);
    fc.assert(
      fc.property(nearly, (text) => {
        const canonical = canonicalAddress(text);
        const out = new Uint8Array(16);
        const taken = writeIPv6(text, out, 0);
        expect(taken).toBe(canonical !== undefined);
        if (taken && canonical?.includes(":")) expect(formatIPv6(out)).toBe(canonical);
      }),
      { seed: 4, numRuns: runs(5000) },
    );
  });
});
