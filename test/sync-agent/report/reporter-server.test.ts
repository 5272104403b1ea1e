/** What is reported over real sockets, with the real client, and no more permissions than are documented. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../../sync-agent/clock.ts";
import type { ClusterState, Ingress } from "../../../sync-agent/cluster/state.ts";
import { type ClosableKubeClient, createKubeClient } from "../../../sync-agent/kubernetes/kube-client.ts";
import { createKubernetesReporter } from "../../../sync-agent/report/kubernetes-reporter.ts";
import type { Report, Reporter } from "../../../sync-agent/report/reporter.ts";
import type { Warning } from "../../../sync-agent/warning.ts";
import { type ApiServer, startApiServer } from "../../kubernetes/api-server/index.ts";
import { clusterState, ingress } from "../compile/support/objects.ts";
import { createFakeLog, type FakeLog } from "../publish/support/fake-log.ts";

const OURS = [{ hostname: "edge.example.com" }];

let server: ApiServer;
let client: ClosableKubeClient;
let log: FakeLog;
let reporters: Reporter[];

beforeEach(async () => {
  server = await startApiServer();
  const rules = [
    { apiGroups: ["networking.k8s.io"], resources: ["ingresses"], verbs: ["get"] },
    { apiGroups: ["networking.k8s.io"], resources: ["ingresses/status"], verbs: ["patch"] },
    { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
  ];
  server.setGrants([{ rules }]);
  client = await createKubeClient({ kubeconfig: await server.kubeconfig(), userAgent: "lintel-test" });
  log = createFakeLog();
  reporters = [];
});

afterEach(async () => {
  await Promise.all(reporters.map((reporter) => reporter.close()));
  await client.close();
  await server.close();
});

function create(identity = "agent-0"): (report: Partial<Report>) => void {
  const reporter = createKubernetesReporter({
    client,
    statusAddresses: OURS,
    cluster: "default",
    identity,
    clock: systemClock,
    random: Math.random,
    log,
  });
  reporters.push(reporter);
  const { signal } = new AbortController();
  return (report) => reporter.report({ state: state(), served: [], warnings: [], ...report }, signal);
}

function apply(name: string): void {
  const spec = { defaultBackend: { service: { name: "web", port: { number: 80 } } } };
  server.apply({
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { namespace: "shop", name },
    spec,
  });
}

interface Live {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly status?: { readonly loadBalancer?: { readonly ingress?: Ingress["loadBalancer"] } };
}

/** As the watch would bring it. */
function state(): ClusterState {
  const ingresses = server.list("Ingress").map((object): Ingress => {
    const { metadata, status } = object as unknown as Live;
    const loadBalancer = status?.loadBalancer?.ingress ?? [];
    return ingress(`shop/${metadata.name}`, { loadBalancer, metadata: { uid: metadata.uid } });
  });
  return clusterState({ Ingress: ingresses });
}

const hasAddresses = (expected: Ingress["loadBalancer"]) => (object: unknown) =>
  JSON.stringify((object as Live | undefined)?.status?.loadBalancer?.ingress ?? []) ===
  JSON.stringify(expected);

test("statuses are written, set right, and emptied when an Ingress is not served any more", async () => {
  apply("web");
  const report = create();
  report({ served: ["shop/web"] });
  await server.until("Ingress", "shop/web", hasAddresses(OURS));
  report({ served: [] });
  await server.until("Ingress", "shop/web", hasAddresses([]));
  const writes = server.requests.filter(({ verb }) => verb === "patch");
  expect(writes).toMatchObject([
    { subresource: "status", query: { fieldManager: "lintel-agent-default" } },
    { subresource: "status" },
  ]);
});

test("a permission that is missing is named in one error", async () => {
  apply("web");
  server.deny({ resource: "ingresses/status" });
  const report = create();
  report({ served: ["shop/web"] });
  await server.nextRequest({ verb: "patch", resource: "ingresses" });
  while (log.lines.length === 0) await new Promise(setImmediate);
  expect(log.lines).toEqual([expect.stringMatching(/^error may not write the status of Ingresses: /)]);
  expect(log.lines[0]).toContain('resources: ["ingresses/status"], verbs: ["patch"]');
});

test("a warning becomes an Event that the server takes, and the next agent adds to it", async () => {
  apply("web");
  const warnings: Warning[] = [
    {
      object: "Ingress shop/web",
      field: "spec.defaultBackend",
      reason: "ServiceNotFound",
      message: "Service shop/web does not exist.",
      remedy: "Create it.",
    },
  ];
  create("agent-0")({ warnings });
  await server.nextRequest({ verb: "create", resource: "events" });
  while (server.list("Event").length === 0) await new Promise(setImmediate);
  const [event] = server.list("Event");
  const uid = server.get("Ingress", "shop/web")?.metadata.uid;
  expect(event).toMatchObject({
    involvedObject: { kind: "Ingress", uid },
    reason: "ServiceNotFound",
    count: 1,
  });

  create("agent-1")({ warnings });
  const key = `shop/${event?.metadata.name}`;
  const counted = await server.until("Event", key, (found) => found?.["count"] === 2);
  expect(counted).toMatchObject({ reportingInstance: "agent-1", message: event?.["message"] });
  expect(server.list("Event")).toHaveLength(1);
  expect(log.lines.filter((line) => !line.startsWith("debug"))).toEqual([]);
});
