import { setImmediate as turn } from "node:timers/promises";
import { beforeEach, expect, test } from "vitest";
import { createNewestOnly, type Go, type GoResult } from "../../../sync-agent/report/newest-only.ts";
import type { Report, Reporter } from "../../../sync-agent/report/reporter.ts";
import { clusterState } from "../compile/support/objects.ts";
import { createFakeClock, type FakeClock } from "../publish/support/fake-clock.ts";

interface Began extends Go {
  readonly at: number;
  readonly name: string;
  readonly finish: (result: GoResult) => Promise<void>;
  readonly break: (error: Error) => Promise<void>;
}

let clock: FakeClock;
let begun: Began[];
let faults: unknown[];
let newestOnly: Reporter;
const term = () => new AbortController();

/** A report by a name. */
const report = (name: string): Report => ({ state: clusterState({}), served: [name], warnings: [] });

beforeEach(() => {
  clock = createFakeClock();
  begun = [];
  faults = [];
  newestOnly = createNewestOnly({
    clock,
    random: () => 0.5,
    failed: (error) => faults.push(error),
    work: (go) => {
      const { promise, resolve, reject } = Promise.withResolvers<GoResult>();
      begun.push({
        ...go,
        at: clock.monotonic(),
        name: go.report.served.join(","),
        finish: async (result) => {
          resolve(result);
          await turn();
        },
        break: async (error) => {
          reject(error);
          await turn();
        },
      });
      return promise;
    },
  });
});

function last(): Began {
  const go = begun.at(-1);
  if (go === undefined) throw new Error("nothing was begun");
  return go;
}

const history = () => begun.map(({ name, at }) => `${name} ${at}`);

test("of what comes while one is worked on only the newest is, and the one under way is told", async () => {
  const { signal } = term();
  newestOnly.report(report("a"), signal);
  await clock.advance(0);
  expect(last().isNewest()).toBe(true);
  newestOnly.report(report("b"), signal);
  newestOnly.report(report("c"), signal);
  expect(last().isNewest()).toBe(false);
  await clock.advance(100);
  expect(history()).toEqual(["a 0"]);
  await last().finish({ done: true });
  await clock.advance(0);
  expect(history()).toEqual(["a 0", "c 100"]);
  await last().finish({ done: true });
  await clock.advance(3_600_000);
  expect(history()).toHaveLength(2);
});

test("failures are tried again ever later, whatever is new, and at once again after a success", async () => {
  const { signal } = term();
  newestOnly.report(report("a"), signal);
  for (const wait of [1500, 3000, 6000, 12_000, 24_000, 45_000, 45_000]) {
    await clock.advance(0);
    const count = begun.length;
    await last().finish({ done: false, wait: 0 });
    newestOnly.report(report("b"), signal);
    await clock.advance(wait - 1);
    expect(begun).toHaveLength(count);
    await clock.advance(1);
    expect(begun).toHaveLength(count + 1);
  }
  await last().finish({ done: true });
  newestOnly.report(report("c"), signal);
  await clock.advance(0);
  expect(last().name).toBe("c");
  await last().finish({ done: false, wait: 0 });
  await clock.advance(1500);
  expect(last()).toMatchObject({ name: "c", at: clock.monotonic() });
});

test("a server's wish to be left alone is obeyed, for five minutes at most", async () => {
  const { signal } = term();
  newestOnly.report(report("a"), signal);
  await clock.advance(0);
  await last().finish({ done: false, wait: 20_000 });
  expect(clock.next()).toBe(20_000);
  await clock.advance(20_000);
  await last().finish({ done: false, wait: 86_400_000 });
  expect(clock.next()).toBe(300_000);
});

test("what is to be done again without a new report is", async () => {
  const { signal } = term();
  newestOnly.report(report("a"), signal);
  await clock.advance(0);
  await last().finish({ done: true, again: 1000 });
  await clock.advance(1000);
  await last().finish({ done: true, again: 5000 });
  await clock.advance(100);
  newestOnly.report(report("b"), signal);
  await clock.advance(0);
  await last().finish({ done: true });
  await clock.advance(60_000);
  expect(history()).toEqual(["a 0", "a 1000", "b 1100"]);
});

test("a fault of ours is told, and tried again", async () => {
  newestOnly.report(report("a"), term().signal);
  await clock.advance(0);
  await last().break(new TypeError("oh"));
  expect(faults).toEqual([new TypeError("oh")]);
  await clock.advance(1500);
  expect(history()).toEqual(["a 0", "a 1500"]);
});

test("the end of a term ends the work and forgets the report; the next term begins with its own", async () => {
  const [first, second] = [term(), term()];
  newestOnly.report(report("a"), first.signal);
  await clock.advance(0);
  const { signal } = last();
  first.abort();
  expect(signal.aborted).toBe(true);
  newestOnly.report(report("late"), first.signal);
  newestOnly.report(report("b"), second.signal);
  await last().break(new Error("called off"));
  await clock.advance(0);
  expect(history()).toEqual(["a 0", "b 0"]);
  expect(faults).toEqual([]);
  await last().finish({ done: false, wait: 0 });
  second.abort();
  await clock.advance(60_000);
  expect(history()).toHaveLength(2);
  expect(clock.next()).toBeUndefined();
});

test("closing calls the work off, waits for its end, and takes nothing more", async () => {
  newestOnly.report(report("a"), term().signal);
  await clock.advance(0);
  let isClosed = false;
  const closed = newestOnly.close().then(() => {
    isClosed = true;
  });
  expect(last().signal.aborted).toBe(true);
  await turn();
  expect(isClosed).toBe(false);
  await last().finish({ done: true, again: 1 });
  await closed;
  newestOnly.report(report("b"), term().signal);
  await clock.advance(1000);
  expect(history()).toEqual(["a 0"]);
});
