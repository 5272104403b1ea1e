import { describe, expect, test } from "vitest";
import { createCatchUp } from "../../../../sync-agent/cluster/kubernetes/catch-up.ts";
import { createFakeClock } from "../../publish/support/fake-clock.ts";
import { failure } from "./scripted-client.ts";

const GONE = failure(undefined);
const NEVER = new AbortController().signal;

function setUp() {
  const clock = createFakeClock();
  const told: number[] = [];
  const timing = { replay: 100, patience: 3000 };
  const caughtUp = () => told.push(clock.monotonic());
  return { clock, told, catchUp: createCatchUp({ clock, timing, caughtUp }) };
}

describe("the state is behind", () => {
  test("from the loss of one resource until what it missed has had time to come", async () => {
    const { clock, catchUp, told } = setUp();
    expect(catchUp.behind()).toBe(false);
    catchUp.lost("slices", GONE);
    await clock.advance(60_000);
    expect(catchUp.behind()).toBe(true);
    catchUp.heard("slices");
    await clock.advance(99);
    expect(catchUp.behind()).toBe(true);
    await clock.advance(1);
    expect([catchUp.behind(), told]).toEqual([false, [60_100]]);
  });

  test("until the last one is heard of", async () => {
    const { clock, catchUp, told } = setUp();
    for (const id of ["ingresses", "services", "slices"]) catchUp.lost(id, GONE);
    catchUp.heard("ingresses");
    catchUp.forget("services");
    await clock.advance(1000);
    expect(catchUp.behind()).toBe(true);
    catchUp.heard("slices");
    await clock.advance(1000);
    expect([catchUp.behind(), told]).toEqual([false, [1100]]);
  });

  test("also when one that was heard of is lost at once", async () => {
    const { clock, catchUp, told } = setUp();
    catchUp.lost("slices", GONE);
    catchUp.heard("slices");
    await clock.advance(50);
    catchUp.lost("slices", GONE);
    await clock.advance(1000);
    expect([catchUp.behind(), told]).toEqual([true, []]);
  });

  test("for no longer than the patience with the first change, and not again before all were heard of", async () => {
    const { clock, catchUp, told } = setUp();
    catchUp.lost("slices", GONE);
    await clock.advance(10_000);
    catchUp.changed();
    await clock.advance(2000);
    catchUp.changed();
    await clock.advance(1000);
    expect([catchUp.behind(), told]).toEqual([false, [13_000]]);
    catchUp.lost("slices", GONE);
    catchUp.lost("services", GONE);
    expect(catchUp.behind()).toBe(false);
    catchUp.heard("slices");
    catchUp.heard("services");
    await clock.advance(100);
    catchUp.lost("services", GONE);
    expect(catchUp.behind()).toBe(true);
  });

  test.each([
    [undefined, true],
    [429, true],
    [500, true],
    [503, true],
    [401, false],
    [403, false],
    [404, false],
    [410, false],
  ])("after a failure with status %s: %s", (status, expected) => {
    const { catchUp } = setUp();
    catchUp.lost("slices", failure(status));
    expect(catchUp.behind()).toBe(expected);
  });
});

describe("a pause", () => {
  test("lasts its time, and ends at an abort", async () => {
    const { clock, catchUp } = setUp();
    const abort = new AbortController();
    await clock.until(catchUp.pause("slices", 500, NEVER));
    expect(clock.monotonic()).toBe(500);
    const paused = catchUp.pause("slices", 500, abort.signal);
    abort.abort();
    await paused;
    expect(clock.monotonic()).toBe(500);
  });

  test("is over as soon as another resource is heard of again", async () => {
    const { clock, catchUp } = setUp();
    catchUp.lost("ingresses", GONE);
    catchUp.lost("slices", GONE);
    const paused = catchUp.pause("slices", 30_000, NEVER);
    await clock.advance(700);
    catchUp.heard("ingresses");
    await paused;
    expect(clock.monotonic()).toBe(700);
  });

  test("is whole after an answer that time does not mend, though another had been heard of before", async () => {
    const { clock, catchUp } = setUp();
    catchUp.lost("ingresses", GONE);
    catchUp.lost("slices", GONE);
    catchUp.heard("ingresses");
    catchUp.lost("slices", failure(403));
    await clock.until(catchUp.pause("slices", 800, NEVER));
    expect([clock.monotonic(), catchUp.behind()]).toEqual([800, false]);
  });

  test("that the server asked for is kept", async () => {
    const { clock, catchUp } = setUp();
    catchUp.lost("ingresses", GONE);
    catchUp.lost("slices", failure(429, "slow down", 5000));
    const paused = catchUp.pause("slices", 5000, NEVER);
    catchUp.heard("ingresses");
    await clock.until(paused);
    expect(clock.monotonic()).toBe(5000);
  });

  test("is not ended by a resource that was heard of all the time", async () => {
    const { clock, catchUp } = setUp();
    catchUp.lost("slices", GONE);
    const paused = catchUp.pause("slices", 800, NEVER);
    catchUp.heard("ingresses");
    await clock.until(paused);
    expect(clock.monotonic()).toBe(800);
  });
});
