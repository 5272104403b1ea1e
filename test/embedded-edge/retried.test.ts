import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { retried } from "../../embedded-edge/retried.ts";

/** Runs that end when they are told to. */
function work() {
  const runs: PromiseWithResolvers<undefined>[] = [];
  const errors: number[] = [];
  const begin = async () => {
    const run = Promise.withResolvers<undefined>();
    runs.push(run);
    await run.promise;
  };
  const times = { first: 100, most: 300 };
  return { runs, errors, wanted: retried(begin, (_, retryMs) => void errors.push(retryMs), times) };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const soon = () => vi.advanceTimersByTimeAsync(0);

describe("retried work", () => {
  it("runs one at a time, and calls while it runs share one more run", async () => {
    const { runs, wanted } = work();
    const first = wanted.run();
    await soon();
    const [second, third] = [wanted.run(), wanted.run()];
    await soon();
    expect(runs).toHaveLength(1);
    runs[0]?.resolve(undefined);
    await first;
    await soon();
    expect(runs).toHaveLength(2);
    runs[1]?.resolve(undefined);
    await Promise.all([second, third]);
    expect(runs).toHaveLength(2);
  });

  it("is tried again when it fails, after waits that double up to a most", async () => {
    const { runs, errors, wanted } = work();
    const first = wanted.run();
    for (const wait of [100, 200, 300, 300]) {
      await soon();
      runs.at(-1)?.reject(new Error("no"));
      await soon();
      const before = runs.length;
      await vi.advanceTimersByTimeAsync(wait - 1);
      expect(runs).toHaveLength(before);
      await vi.advanceTimersByTimeAsync(1);
      expect(runs).toHaveLength(before + 1);
    }
    await first;
    expect(errors).toEqual([100, 200, 300, 300]);
  });

  it("begins with the shortest wait again when it is wanted anew", async () => {
    const { runs, errors, wanted } = work();
    for (let i = 0; i < 2; i++) {
      const run = wanted.run();
      await soon();
      runs.at(-1)?.reject(new Error("no"));
      await run;
    }
    expect(errors).toEqual([100, 100]);
  });

  it("is not tried again once it is closed", async () => {
    const { runs, wanted } = work();
    const run = wanted.run();
    await soon();
    runs[0]?.reject(new Error("no"));
    await run;
    wanted.close();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(runs).toHaveLength(1);
  });
});
