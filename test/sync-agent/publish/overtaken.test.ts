import { expect, test } from "vitest";
import { KV_STALE_MS, overtaken } from "../../../sync-agent/publish/overtaken.ts";

const head = (generation: number, root = "a") => JSON.stringify({ generation, root });
const SOON = 1000;
const LATE = KV_STALE_MS;

test.each<[string, string | undefined, string | undefined, number, boolean]>([
  ["no head, still none", undefined, undefined, LATE, false],
  ["the same head", head(5), head(5), LATE, false],
  ["a newer head", head(5), head(6), SOON, true],
  ["a head where none was", undefined, head(1), SOON, true],
  ["another head of the same generation", head(5), head(5, "b"), SOON, true],
  ["an older head, soon after: a stale read", head(5), head(4), SOON, false],
  ["no head, soon after: a stale read", head(5), undefined, SOON, false],
  ["an older head, long after: a store that was restored", head(5), head(4), LATE, true],
  ["no head, long after: a store that was emptied", head(5), undefined, LATE, true],
  ["what is no head, in place of one, long after", head(5), "garbage", LATE, true],
])("%s", (_name, seen, found, elapsed, expected) => {
  expect(overtaken({ text: seen, time: 1_000_000 }, found, 1_000_000 + elapsed)).toBe(expected);
});
