import { beforeEach, describe, expect, test } from "vitest";
import { rootKey } from "../../../contract/index.ts";
import type { KvPair, KvStore } from "../../../embedded-edge/kv-store/client.ts";
import { type RecentRoot, rememberRoot } from "../../../embedded-edge/kv-store/recent-root.ts";

const ROOT = rootKey("default", 7, "a".repeat(64));
const NEXT = rootKey("default", 8, "b".repeat(64));
let kept: Map<string, string>;
let reads: string[];
/** Keys that cannot be written. */
let refused: string[];
let recent: RecentRoot;

beforeEach(() => {
  kept = new Map<string, string>();
  [reads, refused] = [[], []];
  const store: KvStore = {
    read: async (keys) => {
      reads.push(...keys);
      return keys.map((key) => {
        const text = kept.get(key);
        return text === undefined ? undefined : { value: Buffer.from(text) };
      });
    },
    put: async (pairs) => {
      for (const { key, value, base64 } of pairs) {
        if (refused.includes(key)) continue;
        kept.set(key, base64 === true ? Buffer.from(value, "base64").toString() : value);
      }
      return refused.map((key) => ({ key, message: "full" }));
    },
    delete: async (keys) => {
      for (const key of keys) kept.delete(key);
      return [];
    },
    list: async () => ({ keys: [] }),
    close: async () => {},
  };
  recent = rememberRoot(store, "default");
});

const put = (...pairs: KvPair[]) => recent.store.put(pairs);

describe("the root that was written last", () => {
  test("is read without a look into KV, and again and again", async () => {
    await put({ key: "default/shard/1", value: "shard" }, { key: ROOT, value: "seven" });
    expect([await recent.read(ROOT), await recent.read(ROOT)]).toEqual(["seven", "seven"]);
    expect(reads).toEqual([]);
  });

  test("takes the place of the one before", async () => {
    await put({ key: ROOT, value: "seven" });
    await put({ key: NEXT, value: "eight" });
    expect([await recent.read(NEXT), await recent.read(ROOT)]).toEqual(["eight", "seven"]);
    expect(reads).toEqual([ROOT]);
  });

  test.each<[string, () => Promise<unknown>, string | undefined]>([
    ["deleted", () => recent.store.delete([ROOT]), undefined],
    ["written over as bytes", () => put({ key: ROOT, value: "b3RoZXI=", base64: true }), "other"],
    ["written over for a while", () => put({ key: ROOT, value: "short", expirationTtl: 60 }), "short"],
    [
      "written over twice at once",
      () => put({ key: ROOT, value: "one" }, { key: ROOT, value: "two" }),
      "two",
    ],
  ])("is what KV has when it is %s", async (_name, change, expected) => {
    await put({ key: ROOT, value: "seven" });
    await change();
    expect(await recent.read(ROOT)).toBe(expected);
    expect(reads).toEqual([ROOT]);
  });

  test("counts only when it was written", async () => {
    refused = [ROOT];
    await put({ key: ROOT, value: "seven" });
    expect(await recent.read(ROOT)).toBeUndefined();
  });
});

test.each([["default/head"], ["default/shard/1"], [rootKey("other", 7, "a".repeat(64))]])(
  "%s is always read from KV",
  async (key) => {
    await put({ key, value: "value" });
    expect(await recent.read(key)).toBe("value");
    expect(reads).toEqual([key]);
  },
);
