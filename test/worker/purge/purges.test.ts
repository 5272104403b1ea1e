import { beforeEach, expect, it } from "vitest";
import { Purges } from "../../../worker/purge/purges.ts";
import { type PurgeRecord, withPurge } from "../../../worker/purge/records.ts";

let now: number;
let records: readonly PurgeRecord[];
let reads: number;
/** What a read waits for; rejects where the object is gone. */
let gate: Promise<void>;
/** Lets requests go on that have waited long enough. */
let impatient: () => void;
let purges: Purges;

beforeEach(() => {
  now = 1_000_000;
  records = [];
  reads = 0;
  gate = Promise.resolve();
  purges = new Purges({
    read: async () => {
      reads++;
      await gate;
      return records;
    },
    now: () => now,
    delay: () => new Promise((resolve) => (impatient = resolve)),
    keepAlive: () => undefined,
    log: () => undefined,
  });
});

const epoch = () => purges.epochOf("a.test", "/x");
const purge = () => (records = withPurge(records, { host: "a.test" }, now, now));

it("waits for the first read, then answers from memory", async () => {
  expect(await epoch()).toBe(0);
  expect(epoch()).toBe(0);
  expect(reads).toBe(1);
});

it("learns of a purge behind a request", async () => {
  await epoch();
  purge();
  now += 2_500;
  expect(epoch()).toBe(0);
  await gate;
  await Promise.resolve();
  expect(epoch()).toBe(1);
  expect(reads).toBe(2);
});

it("waits for a read where nobody has asked for long", async () => {
  await epoch();
  purge();
  now += 60_000;
  expect(await epoch()).toBe(1);
});

it("knows at once what it is told", () => {
  purge();
  purges.learn(records);
  expect(epoch()).toBe(1);
});

it("has no answer while nothing was ever read", async () => {
  gate = Promise.reject(new Error("gone"));
  expect(await epoch()).toBeUndefined();
  expect(epoch()).toBeUndefined();
  expect(reads).toBe(1);
});

it("keeps what it knows when the object is gone", async () => {
  purge();
  await epoch();
  gate = Promise.reject(new Error("gone"));
  now += 60_000;
  expect(await epoch()).toBe(1);
});

it("lets a read that hangs hold up no request for long", async () => {
  await epoch();
  gate = new Promise(() => undefined);
  now += 60_000;
  const waiting = epoch();
  impatient();
  expect(await waiting).toBe(0);
  // Nor the next ones at all, until it is time to look again.
  expect(epoch()).toBe(0);
});
