import { beforeEach, describe, expect, it, test } from "vitest";
import { PublishError, type PublishReason } from "../../../sync-agent/publish/error.ts";
import type { Kv } from "../../../sync-agent/publish/kv.ts";
import { retriedKv } from "../../../sync-agent/publish/retried-kv.ts";
import { createFakeKv } from "./support/fake-kv.ts";

const failure = (reason: PublishReason) =>
  new PublishError({ operation: "write", reason, problem: "it did not work", remedy: "try again" });

/** What the next operations meet; `undefined` for success. */
let met: (PublishError | undefined)[];
let tries: number;
let paused: number[];
let kv: Kv;

beforeEach(() => {
  met = [];
  tries = 0;
  paused = [];
  const store = createFakeKv();
  const failing = <T>(run: () => Promise<T>): Promise<T> => {
    tries += 1;
    const error = met.shift();
    return error === undefined ? run() : Promise.reject(error);
  };
  const flaky: Kv = {
    get: (key, signal) => failing(() => store.get(key, signal)),
    put: (pairs, signal) => failing(() => store.put(pairs, signal)),
    delete: (keys, signal) => failing(() => store.delete(keys, signal)),
    list: (prefix, signal) => store.list(prefix, signal),
  };
  kv = retriedKv(flaky, {
    pauses: [100, 200],
    random: () => 0.5,
    pause: async (ms) => {
      paused.push(ms);
    },
  });
});

const put = (signal?: AbortSignal) => kv.put([{ key: "a", value: "1" }], signal);

test.each<[string, (PublishReason | undefined)[], number, boolean]>([
  ["is not tried again when it succeeds", [undefined], 1, true],
  ["is tried again when the API is not well", ["unavailable", "unavailable", undefined], 3, true],
  ["fails when it never is", ["unavailable", "unavailable", "unavailable"], 3, false],
  ["is not tried again when too much was asked already", ["limited"], 1, false],
  ["is not tried again when it is refused", ["token"], 1, false],
])("a write %s", async (_, outcomes, expected, succeeds) => {
  met = outcomes.map((reason) => reason && failure(reason));
  const outcome = await put().then(
    () => true,
    () => false,
  );
  expect([outcome, tries]).toEqual([succeeds, expected]);
});

describe("between tries", () => {
  it("it waits longer each time", async () => {
    met = [failure("unavailable"), failure("unavailable")];
    await put();
    expect(paused).toEqual([100, 200]);
    expect(await kv.get("a")).toBe("1");
  });

  it("it gives up when it is told to", async () => {
    const stop = new AbortController();
    stop.abort();
    met = [failure("unavailable")];
    await expect(put(stop.signal)).rejects.toThrow("it did not work");
    expect(tries).toBe(1);
  });
});
