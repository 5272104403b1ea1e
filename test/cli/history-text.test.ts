import { expect, it } from "vitest";
import { comparisonText, historyText, type Told } from "../../cli/history-text.ts";
import type { Comparison } from "../../worker/system/history/compare.ts";

const added = (name: string) => ({ section: "hosts", kind: "added", name, details: [] }) as const;
const comparison = (names: readonly string[], more: Partial<Comparison> = {}): Comparison => ({
  changes: names.map(added),
  omitted: 0,
  incomplete: [],
  ...more,
});
const told = (comparison: Comparison): Told => ({
  entry: {
    generation: 8,
    time: undefined,
    current: false,
    atEdge: undefined,
    hold: undefined,
    records: undefined,
    problem: undefined,
  },
  since: 7,
  comparison,
});
const below = (comparison: Comparison) =>
  historyText([told(comparison)], "shop")
    .trimEnd()
    .split("\n")
    .slice(2);

it.each<[string, Comparison, string[]]>([
  ["nothing", comparison([]), ["            nothing that is served differs"]],
  [
    "what could not be read",
    comparison([], { incomplete: ["shard hosts/abc of it is not in KV any more"] }),
    ["            not all of it is known: shard hosts/abc of it is not in KV any more"],
  ],
  [
    "few changes, all of them",
    comparison(["a", "b", "c", "d", "e", "f"]),
    ["a", "b", "c", "d", "e", "f"].map((name) => `            ${name}: added`),
  ],
  [
    "many, and how to see the others",
    comparison(["a", "b", "c", "d", "e", "f", "g"]),
    [
      ...["a", "b", "c", "d", "e"].map((name) => `            ${name}: added`),
      "            and 2 more: lintel history --from 7 --to 8",
    ],
  ],
  ["names as text", comparison(["a\u001B[2Jb"]), ["            a [2Jb: added"]],
])("tells in the list of %s", (_, comparison, expected) => {
  expect(below(comparison)).toEqual(expected);
});

it("tells of two generations all there is", () => {
  const text = comparisonText(7, 8, comparison(["a", "b", "c", "d", "e", "f", "g"], { omitted: 2 }));
  expect(text.split("\n").slice(0, 2)).toEqual(["From generation 7 to 8: 9 changes", "a: added"]);
  expect(text.split("\n").slice(-2)).toEqual(["and 2 more changes", ""]);
});
