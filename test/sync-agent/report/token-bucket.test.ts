import { expect, test } from "vitest";
import { createTokenBucket } from "../../../sync-agent/report/token-bucket.ts";
import { createFakeClock } from "../publish/support/fake-clock.ts";

test("a burst passes at once, and then a steady rate in the order of the callers", async () => {
  const clock = createFakeClock();
  const bucket = createTokenBucket({ perSecond: 2, burst: 3 }, clock);
  const { signal } = new AbortController();
  const passed: string[] = [];
  const all = ["a", "b", "c", "d", "e"].map(async (name) => {
    await bucket.take(signal);
    passed.push(`${name} ${clock.monotonic()}`);
  });
  await clock.until(Promise.all(all));
  expect(passed).toEqual(["a 0", "b 0", "c 0", "d 500", "e 1000"]);
});

test("tokens come back with time, as many as the burst and no more", async () => {
  const clock = createFakeClock();
  const bucket = createTokenBucket({ perSecond: 1, burst: 2 }, clock);
  expect([bucket.tryTake(), bucket.tryTake(), bucket.tryTake()]).toEqual([0, 0, 1000]);
  await clock.advance(400);
  expect(bucket.tryTake()).toBe(600);
  expect(bucket.isFull()).toBe(false);
  await clock.advance(600);
  expect(bucket.tryTake()).toBe(0);
  await clock.advance(60_000);
  expect(bucket.isFull()).toBe(true);
  expect([bucket.tryTake(), bucket.tryTake(), bucket.tryTake()]).toEqual([0, 0, 1000]);
});

test("who waits gives up when called off, and leaves no timer behind", async () => {
  const clock = createFakeClock();
  const bucket = createTokenBucket({ perSecond: 1, burst: 1 }, clock);
  const abort = new AbortController();
  await bucket.take(abort.signal);
  const waiting = bucket.take(abort.signal);
  abort.abort(new Error("the term is over"));
  await expect(waiting).rejects.toThrow("the term is over");
  await expect(bucket.take(abort.signal)).rejects.toThrow("the term is over");
  expect(clock.next()).toBeUndefined();
});
