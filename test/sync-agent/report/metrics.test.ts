import { beforeEach, describe, expect, it, test } from "vitest";
import type { CertificateRecord, Records } from "../../../contract/index.ts";
import type { ResourceHealth } from "../../../sync-agent/cluster/kubernetes/observer.ts";
import type { ClusterState, Kind } from "../../../sync-agent/cluster/state.ts";
import { KubeError } from "../../../sync-agent/kubernetes/client.ts";
import { type AgentMetrics, createMetrics } from "../../../sync-agent/report/metrics.ts";
import { createStatus } from "../../../sync-agent/report/status.ts";
import type { Warning, WarningReason } from "../../../sync-agent/warning.ts";
import { readExposition } from "./exposition.ts";

let now: number;
let metrics: AgentMetrics;
beforeEach(() => {
  now = 0;
  metrics = createMetrics({ cluster: "main", version: "1.2.3", clock: { now: () => now } });
});

/** The samples whose name begins so, by the rest of their name and labels. */
async function samples(prefix: string): Promise<Record<string, number>> {
  const { samples } = readExposition((await metrics.scrape()).text);
  const found = [...samples].filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(found.map(([name, value]) => [name.slice(prefix.length), value]));
}

const STATE: ClusterState = {
  Ingress: new Map(),
  IngressClass: new Map(),
  Service: new Map(),
  EndpointSlice: new Map(),
  Secret: new Map(),
  ConfigMap: new Map(),
  Namespace: new Map(),
  Pod: new Map(),
};
const withServices = (count: number): ClusterState => ({
  ...STATE,
  Service: new Map(Array.from({ length: count }, (_, i) => [`shop/${i}`, {} as never])),
});
const RECORDS: Records = {
  hosts: new Map(),
  services: new Map(),
  certificates: new Map(),
  addresses: new Map(),
  zones: new Map(),
};
const warning = (reason: WarningReason): Warning => ({
  object: "Ingress shop/web",
  field: "spec",
  reason,
  message: "m",
  remedy: "r",
});
const refusal = (status: number | undefined) =>
  new KubeError({ operation: "list pods", status, reason: "", problem: "p", remedy: "r" });

describe("a scrape", () => {
  it("is Prometheus text that says what runs", async () => {
    const { contentType, text } = await metrics.scrape();
    expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(text).toContain('lintel_agent_build_info{version="1.2.3",cluster="main"} 1\n');
    expect(text).toContain("process_cpu_seconds_total");
    expect(text).toContain("nodejs_eventloop_lag_seconds");
  });

  it("keeps to the naming conventions", async () => {
    const { families } = readExposition((await metrics.scrape()).text);
    const ours = [...families].filter(([name]) => name.startsWith("lintel_"));
    expect(ours.length).toBeGreaterThan(20);
    for (const [name, { type, help }] of ours) {
      expect(name).toMatch(/^lintel_agent_[a-z_]+$/);
      expect([name, type === "counter"]).toEqual([name, name.endsWith("_total")]);
      if (type === "histogram") expect(name).toMatch(/_seconds$/);
      expect(help).toMatch(/\.$/);
    }
  });

  it("is of one agent alone: nothing is shared between two", async () => {
    createMetrics({ cluster: "other", version: "0" }).lease.leading(true);
    expect(await samples("lintel_agent_leader")).toEqual({ "": 0 });
  });
});

describe("the source", () => {
  const resource = (kind: Kind, lastContact: number | undefined): ResourceHealth => ({
    kind,
    namespace: "",
    synced: true,
    lastContact,
  });

  it("has an age that is read at each scrape: of several watches of a kind, the longest", async () => {
    let resources: ResourceHealth[] = [];
    metrics.follow({
      status: () => createStatus().read(),
      source: () => ({ synced: true, resources }),
    });
    now = 1_790_000_010_000;
    expect(await samples("lintel_agent_sync_age_seconds")).toEqual({});
    resources = [
      resource("Ingress", now - 2500),
      resource("Secret", now - 1000),
      resource("Secret", now - 7000),
      resource("Pod", undefined),
    ];
    expect(await samples("lintel_agent_sync_age_seconds")).toEqual({
      '{kind="Ingress"}': 2.5,
      '{kind="Secret"}': 7,
    });
    resources = [resource("Ingress", now + 500)];
    expect(await samples("lintel_agent_sync_age_seconds")).toEqual({ '{kind="Ingress"}': 0 });
  });

  it("is synced for a kind when it says so", async () => {
    metrics.source.listed("Ingress", 0.5, 3);
    metrics.source.failed("Pod", refusal(403));
    expect(await samples("lintel_agent_source_synced")).toEqual({
      '{kind="Ingress"}': 0,
      '{kind="Pod"}': 0,
    });
    metrics.source.synced("Ingress");
    metrics.source.listed("Ingress", 0.5, 3);
    expect(await samples("lintel_agent_source_synced")).toMatchObject({ '{kind="Ingress"}': 1 });
  });

  test.each([
    [403, "4xx"],
    [410, "4xx"],
    [500, "5xx"],
    [undefined, "none"],
  ])("counts an answer of %s as %s", async (status, label) => {
    metrics.source.failed("Pod", refusal(status));
    expect(await samples("lintel_agent_api_errors_total")).toEqual({
      [`{kind="Pod",status="${label}"}`]: 1,
    });
  });

  it("counts lists, events, and watches by the reason for their end", async () => {
    metrics.source.listed("Pod", 0.5, 3);
    metrics.source.listed("Pod", 1.5, 2);
    metrics.source.event("Pod");
    metrics.source.watchEnded("Pod", "expired");
    metrics.source.watchEnded("Pod", "expired");
    expect(await samples("lintel_agent_list_seconds_")).toMatchObject({
      'count{kind="Pod"}': 2,
      'sum{kind="Pod"}': 2,
    });
    expect(await samples("lintel_agent_listed_objects")).toEqual({ '{kind="Pod"}': 2 });
    expect(await samples("lintel_agent_watch_events_total")).toEqual({ '{kind="Pod"}': 1 });
    expect(await samples("lintel_agent_watch_restarts_total")).toEqual({
      '{kind="Pod",reason="expired"}': 2,
    });
  });
});

describe("a round", () => {
  it("tells the time, the objects and the Ingresses of a compile", async () => {
    metrics.agent.compiled(0.02, withServices(3), [], 2);
    metrics.agent.compiled(0.03, withServices(1), [], 5);
    expect(await samples("lintel_agent_compile_seconds_count")).toEqual({ "": 2 });
    expect(await samples("lintel_agent_objects")).toMatchObject({
      '{kind="Service"}': 1,
      '{kind="Pod"}': 0,
    });
    expect(await samples("lintel_agent_served_ingresses")).toEqual({ "": 5 });
  });

  it("shows every reason for a warning from the start, and 0 once it is resolved", async () => {
    const before = await samples("lintel_agent_warnings");
    expect(Object.keys(before).length).toBeGreaterThan(10);
    expect(new Set(Object.values(before))).toEqual(new Set([0]));
    metrics.agent.compiled(0, STATE, [warning("PathConflict"), warning("PathConflict")], 0);
    expect(await samples("lintel_agent_warnings")).toEqual({ ...before, '{reason="PathConflict"}': 2 });
    metrics.agent.compiled(0, STATE, [], 0);
    expect(await samples("lintel_agent_warnings")).toEqual(before);
  });

  it("counts publications by what came of them", async () => {
    expect(new Set(Object.values(await samples("lintel_agent_publishes_total")))).toEqual(new Set([0]));
    metrics.agent.published("published", 0.25);
    metrics.agent.published("unchanged", 0.01);
    metrics.agent.published("failed", 2);
    metrics.agent.published("failed", 3);
    metrics.agent.published("held", 0.5);
    metrics.agent.published("blocked", 0);
    expect(await samples("lintel_agent_publishes_total")).toEqual({
      '{outcome="published"}': 1,
      '{outcome="unchanged"}': 1,
      '{outcome="blocked"}': 1,
      '{outcome="failed"}': 2,
      '{outcome="held"}': 1,
    });
    expect(await samples("lintel_agent_publish_seconds_")).toMatchObject({
      count: 6,
      'bucket{le="0.01"}': 2,
      'bucket{le="0.5"}': 4,
    });
  });
});

describe("a snapshot", () => {
  const certificate = (secret: string, notAfter: number): CertificateRecord => ({
    chain: "c",
    key: "k",
    notAfter,
    secret,
  });

  it("tells how many records there are, and when each certificate that is served expires", async () => {
    const records = {
      ...RECORDS,
      hosts: new Map([["a.test", { routes: [] }]]),
      certificates: new Map([
        ["a.test", certificate("shop/tls", 1_800_000_000)],
        ["b.test", certificate("shop/tls", 1_800_000_000)],
        ["c.test", certificate("blog/tls", 1_700_000_000)],
      ]),
    };
    metrics.snapshot({ records, certificates: [] });
    expect(await samples("lintel_agent_records")).toMatchObject({
      '{section="hosts"}': 1,
      '{section="certificates"}': 3,
      '{section="zones"}': 0,
    });
    expect(await samples("lintel_agent_certificate_not_after_timestamp_seconds")).toEqual({
      '{namespace="shop",secret="tls"}': 1_800_000_000,
      '{namespace="blog",secret="tls"}': 1_700_000_000,
    });
  });

  it("tells of certificates that the platform has as well", async () => {
    const pair = { secret: "shop/tls", chain: "c", key: "k", notAfter: 1_800_000_000 };
    const wanted = { serverName: "a.test", object: "Ingress shop/web", field: "spec.tls[0].hosts[0]" };
    metrics.snapshot({
      records: RECORDS,
      certificates: [
        { ...wanted, pair },
        { ...wanted, pair: undefined },
      ],
    });
    expect(await samples("lintel_agent_certificate_not_after_timestamp_seconds")).toEqual({
      '{namespace="shop",secret="tls"}': 1_800_000_000,
    });
  });

  it("forgets certificates that are served no more", async () => {
    const certificates = new Map([["a.test", certificate("shop/tls", 1)]]);
    metrics.snapshot({ records: { ...RECORDS, certificates }, certificates: [] });
    metrics.snapshot({ records: RECORDS, certificates: [] });
    expect(await samples("lintel_agent_certificate_not_after_timestamp_seconds")).toEqual({});
  });
});

test("the agent's status is read at each scrape", async () => {
  const status = createStatus();
  const read = async () => ({
    ...(await samples("lintel_agent_generation")),
    published: (await samples("lintel_agent_last_publish_timestamp_seconds"))[""],
    failures: (await samples("lintel_agent_consecutive_failures"))[""],
  });
  expect(await read()).toEqual({ "": 0, published: 0, failures: 0 });
  metrics.follow({ status: () => status.read() });
  status.published(1_790_000_000_500, 7);
  expect(await read()).toEqual({ "": 7, published: 1_790_000_000.5, failures: 0 });
  status.failed(1_790_000_001_000, new Error("outage"), 2);
  expect(await read()).toEqual({ "": 7, published: 1_790_000_000.5, failures: 2 });
  expect(await samples("lintel_agent_held_generation")).toEqual({ "": 0 });
  status.held({ generation: 3 }, 9);
  expect(await read()).toEqual({ "": 9, published: 1_790_000_000.5, failures: 0 });
  expect(await samples("lintel_agent_held_generation")).toEqual({ "": 3 });
});

test("operations on KV are counted by outcome, with their keys and times", async () => {
  metrics.kv("put", "ok", 0.2, 40);
  metrics.kv("put", "limited", 1, 40);
  metrics.kv("get", "ok", 0.1, 1);
  expect(await samples("lintel_agent_kv_operations_total")).toEqual({
    '{operation="put",outcome="ok"}': 1,
    '{operation="put",outcome="limited"}': 1,
    '{operation="get",outcome="ok"}': 1,
  });
  expect(await samples("lintel_agent_kv_keys_total")).toEqual({
    '{operation="put"}': 40,
    '{operation="get"}': 1,
  });
  expect(await samples("lintel_agent_kv_operation_seconds_count")).toEqual({
    '{operation="put"}': 2,
    '{operation="get"}': 1,
  });
});

test("what is published and what is collected is summed up", async () => {
  metrics.publisher.published(0.5, 5, 70_000);
  metrics.publisher.published(0.5, 3, 30_000);
  metrics.publisher.collected(2, 9);
  expect(await samples("lintel_agent_published_keys_total")).toEqual({ "": 8 });
  expect(await samples("lintel_agent_published_bytes_total")).toEqual({ "": 100_000 });
  expect(await samples("lintel_agent_collected_keys_total")).toEqual({
    '{type="root"}': 2,
    '{type="shard"}': 9,
  });
});

test("leadership is 1 while it lasts, and renewals are counted", async () => {
  metrics.lease.leading(true);
  metrics.lease.renewed();
  expect(await samples("lintel_agent_leader")).toEqual({ "": 1 });
  metrics.lease.leading(false);
  metrics.lease.failed(new Error("outage"));
  expect(await samples("lintel_agent_leader")).toEqual({ "": 0 });
  expect(await samples("lintel_agent_lease_renewals_total")).toEqual({
    '{outcome="ok"}': 1,
    '{outcome="failed"}': 1,
  });
});

test("what is written back to the cluster is counted", async () => {
  metrics.reporter.statusWrite("ok");
  metrics.reporter.statusWrite("failed");
  metrics.reporter.eventWrite("ok");
  expect(await samples("lintel_agent_status_writes_total")).toEqual({
    '{outcome="ok"}': 1,
    '{outcome="failed"}': 1,
  });
  expect(await samples("lintel_agent_event_writes_total")).toEqual({
    '{outcome="ok"}': 1,
    '{outcome="failed"}': 0,
  });
});
