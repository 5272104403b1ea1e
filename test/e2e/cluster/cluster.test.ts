/**
 * Agent and edge against a Kubernetes API server, as separate processes: the double in the ordinary suite, whatever
 * KUBECONFIG names in `npm run test:cluster`. No pods are needed, and no controllers.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Lintel } from "../support/lintel.ts";
import { openCluster } from "./harness/cluster.ts";
import { type Load, startLoad } from "./harness/load.ts";
import { openScene, type Scene } from "./harness/scene.ts";
import { crash, CRASH_MS, handoverScenarios } from "./scenarios/leadership.ts";
import { reportingScenarios } from "./scenarios/reporting.ts";
import { agentScenarios, apiServerScenarios } from "./scenarios/restarts.ts";
import { defaultBackendScenarios, servingScenarios } from "./scenarios/serving.ts";

// Many processes start here, on machines that may have other things to do.
vi.setConfig({ testTimeout: 60_000 });

let scene: Scene;
/** Goes on beside all scenarios. */
let load: Load;
const agents = new Map<string, Lintel>();
/** Mostly waiting for a Lease to run out: it goes on beside all scenarios, too, under another cluster's name. */
let crashed: Promise<number | Error>;

beforeAll(async () => {
  scene = await openScene(await openCluster());
  const one = scene.agent({ identity: "one" });
  agents.set("one", one);
  crashed = crash(scene).catch((error: unknown) => error as Error);
  for (const name of ["one", "two"]) await scene.upstreams.serve(scene.client, name);
  load = await startLoad(scene);
});
afterAll(async () => {
  await load.stop();
  await scene.close();
});

describe.concurrent("serving", () => servingScenarios(() => scene));
describe.concurrent("reporting", () => reportingScenarios(() => scene));
describe.runIf(process.env["LINTEL_TEST_CLUSTER"] !== "1")("the API server", () => {
  apiServerScenarios(
    () => scene,
    () => load,
    () => {
      if (scene.cluster.double === undefined) throw new Error("this is a real cluster");
      return scene.cluster.double;
    },
  );
});
describe("the agent", () => {
  agentScenarios(
    () => scene,
    () => load,
    agents,
  );
});
describe.concurrent("a default backend", () => defaultBackendScenarios(() => scene));
describe.concurrent("leading", () => {
  handoverScenarios(
    () => scene,
    () => load,
    agents,
  );

  it("passes to another agent after a crash, within the time that a Lease promises", async () => {
    const outcome = await crashed;
    if (outcome instanceof Error) throw outcome;
    expect(outcome).toBeLessThan(CRASH_MS);
  });
});

it("failed no request throughout, and never went back", () => {
  const { requests, problems } = load.report();
  expect(problems).toEqual([]);
  expect(requests).toBeGreaterThan(200);
});
