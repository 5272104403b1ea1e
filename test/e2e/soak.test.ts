/** Faults under load, in short (`npm run soak` takes longer): whatever happens, requests are answered, and from one generation. */
import { expect, it, vi } from "vitest";
import { SHORT_PLAN } from "../soak/plan.ts";
import { run } from "../soak/run.ts";

// Many processes start here, on machines that may have other things to do.
vi.setConfig({ testTimeout: 120_000 });

it("fails no request and shows no torn configuration while everything around the edge fails", async () => {
  const report = await run({ plan: SHORT_PLAN, seed: 1, requestsPerSecond: 40 });
  expect(report.problems).toEqual([]);
  expect(report.convergence.missing).toEqual([]);
  // Each of the faults has happened, and requests went on.
  expect(report.phases.map(({ name }) => name)).toEqual([...SHORT_PLAN.map(({ name }) => name), "calm"]);
  expect(report.phases.every(({ generations }) => generations > 0)).toBe(true);
  expect(report.agentStarts).toBeGreaterThan(1);
  expect(report.restarts.length).toBeGreaterThan(0);
});
