import { beforeEach, describe, expect, test } from "vitest";
import { createKubernetesReporter } from "../../../sync-agent/report/kubernetes-reporter.ts";
import type { Reporter } from "../../../sync-agent/report/reporter.ts";
import type { Warning } from "../../../sync-agent/warning.ts";
import { clusterState, ingress, secret } from "../compile/support/objects.ts";
import { createFakeClock, type FakeClock } from "../publish/support/fake-clock.ts";
import { createFakeLog, type FakeLog } from "../publish/support/fake-log.ts";
import { createFakeApi, type FakeApi, refusal } from "./support/fake-api.ts";

const MINUTE = 60_000;

let clock: FakeClock;
let api: FakeApi;
let log: FakeLog;
let writes: string[];
let reporter: Reporter;
let term: AbortController;

beforeEach(() => {
  clock = createFakeClock(Date.parse("2026-11-23T22:00:00Z"));
  api = createFakeApi(clock);
  log = createFakeLog();
  writes = [];
  term = new AbortController();
  reporter = agent("agent-0");
});

function agent(identity: string): Reporter {
  return createKubernetesReporter({
    client: api,
    statusAddresses: [],
    cluster: "default",
    identity,
    clock,
    random: () => 0.5,
    log,
    observer: { statusWrite: () => undefined, eventWrite: (outcome) => writes.push(outcome) },
  });
}

const state = clusterState({
  Ingress: ["shop/web", "shop/api", "blog/web"].map((key) =>
    ingress(key, { metadata: { uid: `uid ${key}` } }),
  ),
  Secret: [{ ...secret("shop/tls", {}), metadata: { ...secret("shop/tls", {}).metadata, uid: "uid tls" } }],
});

function warning(object: string, more: Partial<Warning> = {}): Warning {
  return {
    object,
    field: "spec.rules[0]",
    reason: "ServiceNotFound",
    message: "Service shop/web does not exist.",
    remedy: "Create it.",
    ...more,
  };
}

async function report(warnings: readonly Warning[], ms = 1000): Promise<void> {
  reporter.report({ state, served: [], warnings }, term.signal);
  await clock.advance(ms);
  await clock.advance(0);
}

const events = () => [...api.events.values()];
const methods = () => api.seen.map((line) => line.split(" ")[0]);
const said = () => log.lines.filter((line) => !line.startsWith("debug"));

test("a warning becomes one Event in its object's namespace, however often it is reported", async () => {
  const warnings = [warning("Ingress shop/web"), warning("Secret shop/tls", { reason: "SecretInvalid" })];
  await report(warnings);
  await report(warnings.map((each) => ({ ...each })));
  expect(methods()).toEqual(["POST", "POST"]);
  expect(events()).toMatchObject([
    {
      metadata: { namespace: "shop" },
      type: "Warning",
      reason: "ServiceNotFound",
      involvedObject: { kind: "Ingress", namespace: "shop", name: "web", uid: "uid shop/web" },
      reportingInstance: "agent-0",
      count: 1,
    },
    { involvedObject: { apiVersion: "v1", kind: "Secret", name: "tls", uid: "uid tls" } },
  ]);
  expect(writes).toEqual(["ok", "ok"]);
});

test("what is about no object of the cluster is not written", async () => {
  await report([warning("/srv/web.yaml"), warning("Secret shop/gone")]);
  expect(api.seen).toEqual([]);
});

test("while the warning holds its Event is written again every half hour, without a new report", async () => {
  await report([warning("Ingress shop/web")]);
  await clock.advance(29 * MINUTE);
  expect(methods()).toEqual(["POST"]);
  await clock.advance(2 * MINUTE);
  expect(methods()).toEqual(["POST", "PATCH"]);
  expect(events()).toMatchObject([
    { count: 2, firstTimestamp: "2026-11-23T22:00:00Z", lastTimestamp: "2026-11-23T22:30:00Z" },
  ]);
  await clock.advance(60 * MINUTE);
  expect(events()).toMatchObject([{ count: 4 }]);
});

test("a warning that is over is not written again; when it returns its Event counts on", async () => {
  await report([warning("Ingress shop/web")]);
  await report([]);
  await clock.advance(120 * MINUTE);
  expect(methods()).toEqual(["POST"]);
  await report([warning("Ingress shop/web")]);
  expect(events()).toMatchObject([{ count: 2 }]);
});

test("an Event that has expired is made anew", async () => {
  await report([warning("Ingress shop/web")]);
  api.events.clear();
  await clock.advance(31 * MINUTE);
  expect(api.seen.map((line) => line.replace(/ events.*?(?= \d+$|$)/, ""))).toEqual([
    "POST",
    "PATCH 404",
    "POST",
  ]);
  expect(events()).toMatchObject([{ count: 1, lastTimestamp: "2026-11-23T22:30:00Z" }]);
  expect(said()).toEqual([]);
});

test("a second agent, and one that was restarted, adds to the Event and makes no other", async () => {
  await report([warning("Ingress shop/web")]);
  await reporter.close();
  await clock.advance(5 * MINUTE);
  reporter = agent("agent-1");
  await report([warning("Ingress shop/web")]);
  expect(events()).toMatchObject([
    {
      count: 2,
      reportingInstance: "agent-1",
      firstTimestamp: "2026-11-23T22:00:00Z",
      lastTimestamp: "2026-11-23T22:05:01Z",
    },
  ]);
  // What is met on the way is no failure.
  expect(writes).not.toContain("failed");
  expect(said()).toEqual([]);
});

describe("limits", () => {
  const many = (object: string, count: number) =>
    Array.from({ length: count }, (_, i) => warning(object, { field: `spec.rules[${i}]` }));

  test("one object's Events come 25 at first, then one a minute, and all in the end", async () => {
    await report(many("Ingress shop/web", 40), 30_000);
    expect(events()).toHaveLength(25);
    await report([...many("Ingress shop/web", 40), warning("Ingress shop/api")], 1000);
    expect(events()).toHaveLength(26);
    await clock.advance(5 * MINUTE);
    expect(events().length).toBeGreaterThanOrEqual(30);
    expect(events().length).toBeLessThanOrEqual(32);
    await clock.advance(20 * MINUTE);
    expect(events()).toHaveLength(41);
  });

  test("a warning that comes and goes all the time does not write all the time", async () => {
    for (let i = 0; i < 100; i += 1) {
      await report([warning("Ingress shop/web")]);
      await report([]);
    }
    expect(events()).toHaveLength(1);
    expect(methods().filter((method) => method === "POST").length).toBeLessThanOrEqual(30);
  });

  test("all objects together: five requests a second after the first", async () => {
    const objects = Array.from({ length: 100 }, (_, i) => `shop/web-${i}`);
    const manyObjects = clusterState({
      Ingress: objects.map((key) => ingress(key, { metadata: { uid: key } })),
    });
    const warnings = objects.map((key) => warning(`Ingress ${key}`));
    reporter.report({ state: manyObjects, served: [], warnings }, term.signal);
    await clock.advance(5000);
    expect(events().length).toBeGreaterThan(40);
    expect(events().length).toBeLessThanOrEqual(51);
    await clock.advance(15_000);
    expect(events()).toHaveLength(100);
  });
});

describe("an API server that refuses", () => {
  const both = [warning("Ingress shop/web"), warning("Ingress shop/api"), warning("Ingress blog/web")];

  test("403: one clear error, one try a namespace and half minute, and the others are written", async () => {
    api.fault = (request, what) => (request.path.includes("/shop/") ? refusal(403, what) : undefined);
    await report(both);
    for (let minute = 0; minute < 5; minute += 1) await report(both, MINUTE);
    expect(events()).toMatchObject([{ metadata: { namespace: "blog" } }]);
    expect(said()).toHaveLength(1);
    expect(said()[0]).toMatch(/^error may not write Events: .*the verbs create and patch on events/);
    expect(api.seen.length).toBeLessThanOrEqual(1 + 2 * 11);
    api.fault = () => undefined;
    await clock.advance(MINUTE);
    expect(events()).toHaveLength(3);
    expect(said().at(-1)).toBe("info can write Events again");
  });

  test("a namespace that is being deleted is said once and left alone", async () => {
    const problem = "unable to create new content in namespace shop because it is being terminated";
    api.fault = (request, what) =>
      request.path.includes("/shop/") ? refusal(403, what, { problem }) : undefined;
    await report(both);
    await report(both, MINUTE);
    expect(events()).toHaveLength(1);
    expect(said()).toEqual([
      expect.stringMatching(/^warn could not write Events: .*terminated.* \(and 1 more\)$/),
    ]);
    expect(api.seen).toHaveLength(3);
  });

  test("a namespace that is gone is not mentioned", async () => {
    api.fault = (_request, what) => refusal(404, what);
    await report(both);
    expect(said()).toEqual([]);
    expect(api.seen).toHaveLength(3);
  });

  test("422 for one of them: it is logged, and the others are written", async () => {
    api.fault = ({ body }, what) =>
      JSON.stringify(body).includes("uid shop/web") ? refusal(422, what) : undefined;
    await report(both);
    await report(both);
    expect(events()).toHaveLength(2);
    expect(said()).toHaveLength(1);
    expect(api.seen).toHaveLength(3);
  });

  test.each([undefined, 429, 503])(
    "%s: few requests, ever later, until it is there again",
    async (status) => {
      api.fault = () => refusal(status);
      for (let minute = 0; minute < 10; minute += 1) await report(both, MINUTE);
      expect(api.seen.length).toBeLessThan(20);
      expect(said()).toHaveLength(1);
      api.fault = () => undefined;
      await clock.advance(2 * MINUTE);
      expect(events()).toHaveLength(3);
    },
  );

  test("an answer that is lost leads to no second Event", async () => {
    let isFirst = true;
    api.fault = ({ body }) => {
      if (!isFirst) return undefined;
      isFirst = false;
      const event = body as { metadata: { namespace: string; name: string } };
      api.events.set(`shop/${event.metadata.name}`, event);
      return refusal(undefined);
    };
    await report([warning("Ingress shop/web")], 10_000);
    expect(events()).toHaveLength(1);
    expect(events()).toMatchObject([{ count: 2 }]);
  });
});

test("the end of the term ends the writing, without a word", async () => {
  api.fault = () => "hangs";
  await report([warning("Ingress shop/web"), warning("Ingress shop/api")]);
  term.abort();
  await clock.advance(60 * MINUTE);
  expect(events()).toEqual([]);
  expect(said()).toEqual([]);
  expect(clock.next()).toBeUndefined();
});

test("closing while one waits for its turn ends it, without a word", async () => {
  const objects = Array.from({ length: 60 }, (_, i) => `shop/web-${i}`);
  const manyObjects = clusterState({
    Ingress: objects.map((key) => ingress(key, { metadata: { uid: key } })),
  });
  const warnings = objects.map((key) => warning(`Ingress ${key}`));
  reporter.report({ state: manyObjects, served: [], warnings }, term.signal);
  await clock.advance(1000);
  const count = api.seen.length;
  await clock.until(reporter.close());
  await clock.advance(MINUTE);
  expect(api.seen.length).toBeLessThanOrEqual(count + 1);
  expect(said()).toEqual([]);
});
