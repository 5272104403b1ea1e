import { readFileSync } from "node:fs";
import { expect, it, test } from "vitest";
import { canonicalAddress } from "../../../contract/index.ts";
import { KNOWN_RESOLVERS, knownResolver } from "../../../sync-agent/corefile/resolvers.ts";

test("every address and name leads to one resolver", () => {
  const all = KNOWN_RESOLVERS.flatMap(({ addresses, names }) => [
    ...addresses.map(canonicalAddress),
    ...names,
  ]);
  expect(all).not.toContain(undefined);
  expect(new Set(all).size).toBe(all.length);
  for (const { url } of KNOWN_RESOLVERS) expect(new URL(url).protocol).toBe("https:");
});

it("takes other spellings of addresses and names", () => {
  expect(knownResolver("2606:4700:4700:0:0:0:0:1111", undefined)).toBe(
    "https://cloudflare-dns.com/dns-query",
  );
  expect(knownResolver("::ffff:8.8.8.8", undefined)).toBe("https://dns.google/dns-query");
  expect(knownResolver("192.0.2.1", "DNS.Quad9.net.")).toBe("https://dns.quad9.net/dns-query");
  expect(knownResolver("192.0.2.1", undefined)).toBeUndefined();
});

test("docs/corefile.md lists them", () => {
  const text = readFileSync(new URL("../../../docs/corefile.md", import.meta.url), "utf8");
  for (const { url, addresses } of KNOWN_RESOLVERS) {
    expect(text).toContain(url);
    for (const address of addresses) expect(text).toContain(address);
  }
});
