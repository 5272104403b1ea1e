import { expect, it } from "vitest";
import { retriedGet } from "../../../worker/snapshot/retried-get.ts";

it.each([
  ["answers at once where KV does", ["value"], "value", 0],
  ["takes it from KV that there is no such key", [null, "value"], null, 0],
  ["asks again when KV fails", [new Error("500"), new Error("500"), "value"], "value", 2],
  ["gives up after four", [1, 2, 3, 4, 5].map((n) => new Error(`${n}`)), new Error("4"), 3],
] as const)("a read %s", async (_, answers, expected, pauses) => {
  const left: (string | null | Error)[] = [...answers];
  const paused: number[] = [];
  const get = retriedGet(
    async () => {
      const answer = left.shift() ?? null;
      if (answer instanceof Error) throw answer;
      return answer;
    },
    async (ms) => void paused.push(ms),
  );
  expect(await get("key", 60).catch((error: unknown) => error)).toEqual(expected);
  expect(paused).toHaveLength(pauses);
});
