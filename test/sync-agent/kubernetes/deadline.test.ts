import { expect, test } from "vitest";
import { createDeadline } from "../../../sync-agent/kubernetes/deadline.ts";
import { createFakeClock } from "../publish/support/fake-clock.ts";

const never = () => new Promise<never>(() => {});

test("ends what takes too long", async () => {
  const clock = createFakeClock();
  const deadline = createDeadline(clock, undefined);
  deadline.set(1000);
  const race = deadline.race(never());
  const ended = expect(race).rejects.toThrow();
  await clock.advance(999);
  expect(deadline.signal.aborted).toBe(false);
  await clock.advance(1);
  await ended;
  expect(deadline.expired()).toBe(true);
});

test("is put off by every new limit, and lifted", async () => {
  const clock = createFakeClock();
  const deadline = createDeadline(clock, undefined);
  deadline.set(1000);
  await clock.advance(900);
  deadline.set(1000);
  await clock.advance(900);
  deadline.lift();
  await clock.advance(10_000);
  expect(deadline.signal.aborted).toBe(false);
});

test("follows its caller's signal, also one that was aborted before", async () => {
  for (const before of [true, false]) {
    const caller = new AbortController();
    if (before) caller.abort();
    const deadline = createDeadline(createFakeClock(), caller.signal);
    const ended = expect(deadline.race(never())).rejects.toThrow();
    caller.abort();
    await ended;
    expect(deadline.expired()).toBe(false);
  }
});

test("leaves alone what is done in time, and no timer behind", async () => {
  const clock = createFakeClock();
  const deadline = createDeadline(clock, new AbortController().signal);
  deadline.set(1000);
  expect(await deadline.race(Promise.resolve(7))).toBe(7);
  deadline.end();
  expect(clock.next()).toBeUndefined();
  expect(deadline.signal.aborted).toBe(false);
  deadline.abandon();
  expect(deadline.signal.aborted).toBe(true);
  expect(deadline.expired()).toBe(false);
});
