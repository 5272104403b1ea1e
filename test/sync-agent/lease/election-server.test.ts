/** The election over real sockets, with the real client and the system's clock. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../../sync-agent/clock.ts";
import { type ClosableKubeClient, createKubeClient } from "../../../sync-agent/kubernetes/kube-client.ts";
import type { Leadership } from "../../../sync-agent/leadership.ts";
import { createLeaseLeadership } from "../../../sync-agent/lease/election.ts";
import type { LeaseTiming } from "../../../sync-agent/lease/timing.ts";
import { type ApiServer, startApiServer } from "../../kubernetes/api-server/index.ts";
import { createFakeLog, type FakeLog } from "../publish/support/fake-log.ts";

interface Agent {
  readonly leadership: Leadership;
  readonly client: ClosableKubeClient;
  readonly log: FakeLog;
  /** Resolves when it leads, or leads no more. */
  leads(expected: boolean): Promise<void>;
}

const QUICK = { leaseDuration: 1000, renewDeadline: 600, retryPeriod: 150, pollPeriod: 100 };

let server: ApiServer;
let agents: Agent[];

beforeEach(async () => {
  server = await startApiServer();
  server.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "lintel" } });
  // What the election is documented to need, and nothing else.
  const rules = [
    { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get", "create", "update"] },
  ];
  server.setGrants([{ namespace: "lintel", rules }]);
  agents = [];
});

afterEach(async () => {
  await Promise.all(agents.map(({ leadership }) => leadership.close()));
  await Promise.all(agents.map(({ client }) => client.close()));
  await server.close();
});

async function agent(identity: string, timing?: Partial<LeaseTiming>): Promise<Agent> {
  const client = await createKubeClient({ kubeconfig: await server.kubeconfig(), userAgent: identity });
  const log = createFakeLog();
  const leadership = createLeaseLeadership({
    client,
    namespace: "lintel",
    name: "agent",
    identity,
    clock: systemClock,
    random: Math.random,
    log,
    timing,
  });
  let changed = Promise.withResolvers<void>();
  leadership.start(() => {
    changed.resolve();
    changed = Promise.withResolvers<void>();
  });
  const started: Agent = {
    leadership,
    client,
    log,
    async leads(expected) {
      while ((leadership.term() !== undefined) !== expected) await changed.promise;
    },
  };
  agents.push(started);
  return started;
}

const spec = () => server.get("Lease", "lintel/agent")?.["spec"];

test("with the usual durations, a close hands over in less than two seconds", async () => {
  const a = await agent("a");
  await a.leads(true);
  const b = await agent("b");
  await server.nextRequest({ verb: "get", resource: "leases" });
  const term = a.leadership.term();
  const began = performance.now();
  const closed = a.leadership.close();
  expect(term?.signal.aborted).toBe(true);
  await closed;
  expect(performance.now() - began).toBeLessThan(500);
  await b.leads(true);
  // Half the time that a whole handover may take.
  expect(performance.now() - began).toBeLessThan(1000);
  expect(spec()).toMatchObject({
    holderIdentity: "b",
    leaseDurationSeconds: 15,
    leaseTransitions: 1,
    acquireTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/) as string,
  });
});

test("after a crash the other one leads when the lease has run out", async () => {
  const a = await agent("a", QUICK);
  await a.leads(true);
  const b = await agent("b", QUICK);
  const began = performance.now();
  // Its connections are gone, and its clock goes on.
  await a.client.close();
  await a.leads(false);
  await b.leads(true);
  expect(performance.now() - began).toBeGreaterThan(900);
  expect(performance.now() - began).toBeLessThan(3000);
});

test("an API server that restarts ends the term in time, and one of them leads again", async () => {
  const [a, b] = [await agent("a", QUICK), await agent("b", QUICK)];
  await Promise.race([a.leads(true), b.leads(true)]);
  await server.stop();
  await Promise.all([a.leads(false), b.leads(false)]);
  await server.restart();
  await Promise.race([a.leads(true), b.leads(true)]);
  // Whoever it is, it stays with it.
  for (let i = 0; i < 5; i += 1) {
    await sleep(100);
    expect([a, b].filter(({ leadership }) => leadership.term() !== undefined)).toHaveLength(1);
  }
});

test("a permission that is lost is one clear error with the rule, and is used again when it is back", async () => {
  const a = await agent("a", QUICK);
  await a.leads(true);
  const allow = server.deny({ verb: "update", resource: "leases" });
  await a.leads(false);
  const errors = a.log.lines.filter((line) => line.startsWith("error"));
  expect(errors).toHaveLength(1);
  expect(errors[0]).toContain("the verbs get, create and update on leases");
  allow();
  await a.leads(true);
});
