import { expect, test } from "vitest";
import { createBlock, MAX_BLOCK_MS } from "../../../sync-agent/publish/blocked.ts";
import { PublishError } from "../../../sync-agent/publish/error.ts";

const limited = (retryAfter?: number) =>
  new PublishError({ operation: "write", reason: "limited", problem: "429", remedy: "wait", retryAfter });

test.each<[string, unknown, number, number]>([
  ["a server that asks for time gets it", limited(42_000), 0, 42_000],
  ["it passes", limited(42_000), 41_000, 1000],
  ["it ends", limited(42_000), 43_000, 0],
  ["no server gets more than the API ever asks for", limited(86_400_000), 0, MAX_BLOCK_MS],
  ["a failure that asks for none blocks nothing", limited(), 0, 0],
  ["a fault of ours blocks nothing", new TypeError("a bug"), 0, 0],
  ["a clock that was set back ends it", limited(42_000), -1, 0],
])("%s", (_name, error, elapsed, left) => {
  let time = 1_000_000_000;
  const block = createBlock(() => time);
  expect(block.left()).toBe(0);
  block.failed(error);
  time += elapsed;
  expect(block.left()).toBe(left);
});
