import { beforeAll, describe, expect, it } from "vitest";
import { type CertificateRecord, encodeHead, headKey, type Root } from "../../../contract/index.ts";
import {
  type CertificateSnapshot,
  readCertificates,
} from "../../../embedded-edge/certificates/snapshot-certificates.ts";
import { CLUSTER, drawKeys, type Keys, snapshotPairs } from "../support/snapshot.ts";

const record = (chain: string): CertificateRecord => ({
  chain,
  key: "sealed",
  notAfter: 0,
  secret: "shop/tls",
});
const certificates = (chain: string) => new Map([["a.example", record(chain)]]);

let keys: Keys;
beforeAll(async () => {
  keys = await drawKeys();
});

class Kv extends Map<string, string> {
  readonly reads: string[] = [];
  readonly read = async (key: string): Promise<string | undefined> => {
    this.reads.push(key);
    return this.get(key);
  };
  async publish(
    generation: number,
    chain: string,
    change: Partial<Root> = {},
    by: Keys = keys,
  ): Promise<void> {
    const pairs = await snapshotPairs(by, generation, certificates(chain), change);
    for (const { key, value } of pairs) this.set(key, value);
  }
  snapshot(known?: CertificateSnapshot): Promise<CertificateSnapshot | undefined> {
    return readCertificates(CLUSTER, this.read, keys.verifier, known);
  }
}

describe("the certificates of a snapshot", () => {
  it("are those of the generation that the head names", async () => {
    const kv = new Kv();
    await kv.publish(3, "one");
    const snapshot = await kv.snapshot();
    expect([snapshot?.generation, snapshot?.size, snapshot?.get("a.example")]).toEqual([3, 1, record("one")]);
    expect(snapshot?.get("b.example")).toBeUndefined();
  });

  it("are none before anything has been published", async () => {
    expect(await new Kv().snapshot()).toBeUndefined();
  });

  it("cost one read when nothing has changed", async () => {
    const kv = new Kv();
    await kv.publish(1, "one");
    const known = await kv.snapshot();
    kv.reads.length = 0;
    expect(await kv.snapshot(known)).toBe(known);
    expect(kv.reads).toEqual([headKey(CLUSTER)]);
  });

  it("cost no read of a shard that is known", async () => {
    const kv = new Kv();
    await kv.publish(1, "one");
    const known = await kv.snapshot();
    await kv.publish(2, "one");
    kv.reads.length = 0;
    expect((await kv.snapshot(known))?.generation).toBe(2);
    expect(kv.reads.filter((key) => key.includes("/shard/"))).toEqual([]);
  });

  it.each([
    ["a root that goes back", (kv: Kv) => kv.publish(4, "old"), "would go back from generation 5 to 4"],
    [
      "another root of the same generation",
      (kv: Kv) => kv.publish(5, "other"),
      "would go back from generation 5 to 5",
    ],
    [
      "a root by another key",
      async (kv: Kv) => kv.publish(6, "forged", {}, await drawKeys()),
      "its signature is not by the expected key",
    ],
    [
      "a root of another cluster",
      (kv: Kv) => kv.publish(6, "x", { cluster: "other" }),
      "is not the one that the head",
    ],
    [
      "an older root under a newer head",
      (kv: Kv) => kv.publish(6, "x", { generation: 2 }),
      "is not the one that the head",
    ],
    [
      "a missing root",
      async (kv: Kv) => {
        kv.set(headKey(CLUSTER), encodeHead({ version: 2, generation: 9, root: "0".repeat(64) }));
      },
      "is named, but not in KV",
    ],
    [
      "a missing shard",
      async (kv: Kv) => {
        await kv.publish(6, "six");
        for (const key of kv.keys()) if (key.includes("/shard/")) kv.delete(key);
      },
      "is named, but not in KV",
    ],
    [
      "a damaged shard",
      async (kv: Kv) => {
        await kv.publish(6, "six");
        for (const [key, value] of kv) if (key.includes("/shard/")) kv.set(key, value.replace("six", "sex"));
      },
      "its bytes do not have the digest",
    ],
    ["a damaged head", async (kv: Kv) => void kv.set(headKey(CLUSTER), "{}"), "version"],
  ])("are refused for %s", async (_, change, problem) => {
    const kv = new Kv();
    await kv.publish(5, "five");
    const known = await kv.snapshot();
    await change(kv);
    await expect(kv.snapshot(known)).rejects.toThrow(problem);
  });
});
