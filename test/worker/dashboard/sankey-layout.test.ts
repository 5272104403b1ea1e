import { describe, expect, it, test } from "vitest";
import { sankeyOf } from "../../../worker/dashboard/parts/sankey-layout.ts";
import type { TrafficFlow } from "../../../worker/system/state/facts.ts";

const flowsOf = (services: number): TrafficFlow[] =>
  Array.from({ length: services }, (_, i) => ({
    host: `h${i % 40}.test`,
    service: `shop/svc-${i}:80`,
    endpoint: `10.0.${i}.1:8080`,
    requests: 1 + ((i * 7919) % 1000),
    errors: i % 10,
    timed: 0,
    tookMs: 0,
  }));

const LINE = 14;

describe.each([3, 30, 300])("with %d services", (count) => {
  const flows = flowsOf(count);
  const { nodes, links, height } = sankeyOf(flows);

  test.each([0, 1, 2])("no two labels of column %d are nearer than a line", (column) => {
    const middles = nodes.filter((node) => node.column === column).map(({ y, height }) => y + height / 2);
    for (const [at, middle] of middles.entries()) {
      if (at > 0) expect(middle - (middles[at - 1] ?? 0)).toBeGreaterThanOrEqual(LINE);
      expect(middle).toBeLessThan(height);
    }
  });

  it("stays a picture, and loses no request", () => {
    const total = flows.reduce((sum, { requests }) => sum + requests, 0);
    for (const column of [0, 1, 2]) {
      const here = nodes.filter((node) => node.column === column);
      expect(here.length).toBeLessThanOrEqual(24);
      expect(here.reduce((sum, { requests }) => sum + requests, 0)).toBe(total);
    }
    for (const column of [0, 1]) {
      const here = links.filter((link) => link.column === column);
      expect(here.reduce((sum, { requests }) => sum + requests, 0)).toBe(total);
    }
  });
});

it("folds the smallest, and says how many they are", () => {
  const others = sankeyOf(flowsOf(300)).nodes.find(({ column, folded }) => column === 1 && folded > 0);
  expect(others).toMatchObject({ name: "277 others", folded: 277 });
});

it("draws nothing of nothing", () => {
  expect(sankeyOf([])).toMatchObject({ nodes: [], links: [] });
});
