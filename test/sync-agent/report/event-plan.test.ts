import { expect, test } from "vitest";
import type { WarningEvent } from "../../../sync-agent/report/event-object.ts";
import { type EventRecord, planEvents } from "../../../sync-agent/report/event-plan.ts";

const NOW = 10_000;

const event = (name: string): WarningEvent => ({
  namespace: "shop",
  name,
  involved: { apiVersion: "v1", kind: "Service", namespace: "shop", name, uid: name },
  field: "",
  reason: "ObjectInvalid",
  message: name,
});

test.each<[string, string[], Record<string, number>, string[], string[]]>([
  ["none", [], {}, [], []],
  ["new ones are due", ["a", "b"], {}, ["a", "b"], []],
  ["one that was written is not", ["a"], { a: NOW + 1 }, [], []],
  ["until its time has come", ["a"], { a: NOW }, ["a"], []],
  [
    "new ones come first, then who waits longest",
    ["a", "b", "c"],
    { a: NOW, b: NOW - 1 },
    ["c", "b", "a"],
    [],
  ],
  ["one that holds no more is over", ["a"], { a: NOW + 1, b: NOW - 1 }, [], ["shop/b"]],
  ["the same one twice is one", ["a", "a"], {}, ["a"], []],
])("%s", (_name, standing, due, expectedDue, expectedOver) => {
  const records = new Map(
    Object.entries(due).map(([name, at]): [string, EventRecord] => [
      `shop/${name}`,
      { count: 1, due: at, isOpen: false },
    ]),
  );
  const plan = planEvents(standing.map(event), records, NOW);
  expect(plan.due.map(({ name }) => name)).toEqual(expectedDue);
  expect(plan.over).toEqual(expectedOver);
});
