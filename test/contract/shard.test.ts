import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import {
  type ContractError,
  decodeShard,
  encodeSection,
  type HostRecord,
  IntegrityError,
  MalformedError,
  sha256,
  SHARD_TARGET_BYTES,
  shardIndex,
} from "../../contract/index.ts";
import { hostEntries, serviceEntries } from "./arbitraries.ts";

const host = (path: string): HostRecord => ({
  routes: [
    {
      ingress: "shop/web",
      match: { path: { type: "PathPrefix", value: path } },
      backends: [{ service: "shop/web", port: 80, weight: 1 }],
    },
  ],
});

describe("encodeSection", () => {
  it("has one known form", async () => {
    const shards = await encodeSection(
      "hosts",
      new Map([
        ["b.test", host("/")],
        ["a.test", { routes: [] }],
      ]),
    );
    await expect(
      `${shards.map(({ digest, text }) => `${digest}\n${text}`).join("\n")}\n`,
    ).toMatchFileSnapshot("golden/hosts-shard.txt");
  });

  it("gives the same shards whatever order the records come in", async () => {
    await fc.assert(
      fc.asyncProperty(hostEntries, serviceEntries, async (hosts, services) => {
        expect(await encodeSection("hosts", new Map(hosts))).toEqual(
          await encodeSection("hosts", new Map(hosts.toReversed())),
        );
        expect(await encodeSection("services", new Map(services))).toEqual(
          await encodeSection("services", new Map(services.toReversed())),
        );
      }),
    );
  });

  it("reads back as what was encoded", async () => {
    await fc.assert(
      fc.asyncProperty(serviceEntries, async (services) => {
        const shards = await encodeSection("services", new Map(services));
        const read = await Promise.all(
          shards.map(({ digest, text }) => decodeShard("services", digest, text)),
        );
        const withoutUndefined: unknown = JSON.parse(JSON.stringify(services));
        expect(read.flatMap((records) => [...records]).toSorted(([a], [b]) => (a < b ? -1 : 1))).toEqual(
          (withoutUndefined as typeof services).toSorted(([a], [b]) => (a < b ? -1 : 1)),
        );
      }),
    );
  });

  it("grows by powers of two so that shards stay near the target, each key where shardIndex says", async () => {
    const records = new Map(Array.from({ length: 3000 }, (_, i) => [`h${i}.test`, host(`/${i}`)] as const));
    const shards = await encodeSection("hosts", records);
    expect(shards).toHaveLength(8);
    for (const [index, { digest, text }] of shards.entries()) {
      expect(text.length).toBeLessThan(1.5 * SHARD_TARGET_BYTES);
      const read = await decodeShard("hosts", digest, text);
      for (const key of read.keys()) expect(shardIndex(key, shards.length)).toBe(index);
    }
  });

  it("touches one shard when one record changes", async () => {
    const records = new Map(Array.from({ length: 3000 }, (_, i) => [`h${i}.test`, host(`/${i}`)] as const));
    const before = await encodeSection("hosts", records);
    const after = await encodeSection("hosts", records.set("h7.test", host("/!")));
    expect(after.filter(({ digest }, i) => digest !== before[i]?.digest)).toHaveLength(1);
  });
});

describe("decodeShard", () => {
  it("refuses a shard with any bit flipped", async () => {
    const [shard] = await encodeSection("hosts", new Map([["a.test", host("/a")]]));
    const { digest, text } = shard ?? expect.fail();
    for (let at = 0; at < text.length; at++) {
      for (let bit = 0; bit < 7; bit++) {
        const flipped =
          text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << bit)) + text.slice(at + 1);
        await expect(decodeShard("hosts", digest, flipped)).rejects.toThrow(IntegrityError);
      }
    }
  });

  test.each([
    ["not JSON", "{"],
    ["of another section", '{"records":{},"section":"services"}'],
    ["with a field that nobody knows", '{"more":1,"records":{},"section":"hosts"}'],
    ["with a key that is not a hostname", '{"records":{"A b":{"routes":[]}},"section":"hosts"}'],
    ["with a record of the wrong shape", '{"records":{"a.test":{"routes":[{}]}},"section":"hosts"}'],
  ])("refuses a shard %s even under its right digest", async (_, text) => {
    const error: unknown = await decodeShard("hosts", await sha256(text), text).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(MalformedError);
    expect((error as ContractError).what).toMatch(/^shard hosts\/[0-9a-f]{12}$/);
  });
});

describe("shardIndex", () => {
  // These are part of the contract: both sides compute them, from different releases.
  test.each([
    ["", 1024, 11],
    ["*", 1024, 889],
    ["*.a.test", 1024, 674],
    ["a.test", 1024, 698],
    ["shop/web", 1024, 638],
  ])("of %j among %i is %i", (key, count, index) => {
    expect(shardIndex(key, count)).toBe(index);
  });

  it("spreads keys evenly", () => {
    const counts = Array.from({ length: 64 }, () => 0);
    for (let i = 0; i < 64_000; i++) {
      const index = shardIndex(`service-${i}.example.com`, 64);
      counts[index] = (counts[index] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(800);
    expect(Math.max(...counts)).toBeLessThan(1200);
  });
});
