import { expect, test } from "vitest";
import {
  COLLECT_IDLE_MS,
  COLLECT_PUBLICATIONS,
  COLLECT_SPACING_MS,
  isCollectionDue,
  type Since,
} from "../../../sync-agent/publish/collect-schedule.ts";

const AT = 1_000_000_000;
const DONE: Since = { collected: AT, publications: 0, more: false };

test.each<[string, Partial<Since>, number, boolean]>([
  ["before the first publication", { collected: undefined, publications: 0 }, 0, false],
  ["after the first publication", { collected: undefined, publications: 1 }, 0, true],
  ["soon after one, however much is published", { publications: 400 }, COLLECT_SPACING_MS - 1, false],
  ["later, after many publications", { publications: COLLECT_PUBLICATIONS }, COLLECT_SPACING_MS, true],
  ["later, after a few", { publications: COLLECT_PUBLICATIONS - 1 }, COLLECT_SPACING_MS, false],
  ["much later, after a few", { publications: 1 }, COLLECT_IDLE_MS, true],
  ["much later, with something left to do", { more: true }, COLLECT_IDLE_MS, true],
  ["much later, with nothing to do", {}, 100 * COLLECT_IDLE_MS, false],
  ["by a clock that was set back far", { publications: 1 }, -COLLECT_IDLE_MS, true],
])("%s", (_name, since, elapsed, due) => {
  expect(isCollectionDue({ ...DONE, ...since }, AT + elapsed)).toBe(due);
});
