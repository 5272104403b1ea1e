import { expect, it } from "vitest";
import { claimSource, compareSources } from "../../../sync-agent/compile/objects.ts";
import { metadata } from "./support/objects.ts";

it("orders by age, those of unknown age last, then by namespace and name", () => {
  const aged = (namespace: string, name: string, created: number | undefined) =>
    claimSource("Ingress", { ...metadata(name), namespace, created });
  const sources = [
    aged("b", "x", undefined),
    aged("b", "young", 2000),
    aged("c", "old", 1000),
    aged("a", "x", undefined),
    aged("a", "young", 2000),
    aged("a", "broken-clock", Number.NaN),
  ].toSorted(compareSources);
  expect(sources.map(({ key }) => key)).toEqual([
    "c/old",
    "a/young",
    "b/young",
    "a/broken-clock",
    "a/x",
    "b/x",
  ]);
});
