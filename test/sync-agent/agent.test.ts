import { beforeEach, describe, expect, test } from "vitest";
import { type Agent, type AgentOptions, type Compiled, createAgent } from "../../sync-agent/agent.ts";
import type { ClusterSource, ClusterState, Namespace } from "../../sync-agent/cluster/state.ts";
import { PublishError } from "../../sync-agent/publish/error.ts";
import {
  createPublisher,
  type Postponed,
  type Publishable,
  type Publisher,
} from "../../sync-agent/publish/publisher.ts";
import type { Warning } from "../../sync-agent/warning.ts";
import { createFakeClock, type FakeClock } from "./publish/support/fake-clock.ts";
import { createFakeEdge, HEAD_URL } from "./publish/support/fake-edge.ts";
import { createFakeKv } from "./publish/support/fake-kv.ts";
import { createFakeLog, type FakeLog } from "./publish/support/fake-log.ts";
import { newKeys } from "./publish/support/keys.ts";
import { readSnapshot } from "./publish/support/reader.ts";
import { seeded } from "./publish/support/seeded.ts";
import { recordsOf, SETTINGS } from "./publish/support/snapshots.ts";

interface FakeSource extends ClusterSource {
  /** What the state's one Namespace is called: enough to tell states apart. */
  become(name: string): void;
  warnings: readonly Warning[];
  /** Resolves the start; with an error, rejects it. */
  ready: (error?: Error) => void;
  closed: boolean;
}

function createSource(): FakeSource {
  let name = "first";
  let onChange = () => {};
  const ready = Promise.withResolvers<void>();
  const source: FakeSource = {
    warnings: [],
    closed: false,
    ready: (error) => {
      if (error === undefined) ready.resolve();
      else ready.reject(error);
    },
    become(next) {
      name = next;
      onChange();
    },
    start(listener) {
      onChange = listener;
      return ready.promise;
    },
    observe: () => ({ state: stateOf(name), warnings: source.warnings }),
    async close() {
      source.closed = true;
    },
  };
  return source;
}

function stateOf(name: string): ClusterState {
  const metadata = { namespace: "", name, annotations: {}, labels: {}, created: undefined };
  return {
    Ingress: new Map(),
    IngressClass: new Map(),
    Service: new Map(),
    EndpointSlice: new Map(),
    Secret: new Map(),
    ConfigMap: new Map(),
    Namespace: new Map<string, Namespace>([[`/${name}`, { metadata }]]),
    Pod: new Map(),
  };
}

const compiledWarning: Warning = {
  object: "Ingress shop/web",
  field: "spec.rules[0]",
  reason: "ServiceNotFound",
  message: "Service shop/web does not exist.",
  remedy: "Create it.",
};
const observedWarning: Warning = {
  object: "web.yaml",
  field: "line 3, column 7",
  reason: "ManifestUnreadable",
  message: "It is not YAML.",
  remedy: "Mend it.",
};

/** A host by the Namespace's name. */
async function compile({ Namespace }: ClusterState): Promise<Compiled> {
  const [{ metadata } = { metadata: { name: "none" } }] = Namespace.values();
  return {
    records: recordsOf({ [`${metadata.name}.example`]: "a" }),
    settings: SETTINGS,
    warnings: [compiledWarning],
    served: [],
    lacking: [],
  };
}

let clock: FakeClock;
let log: FakeLog;
let source: FakeSource;
let published: string[];
/** The hosts that the fake publisher is given; it fails while there are errors. */
let errors: Error[];
/** What it answers before it takes anything. */
let postponements: Postponed[];
let calls: string[];

const publisher: Publisher = {
  async publish({ records }: Publishable) {
    const error = errors.shift();
    if (error !== undefined) throw error;
    const postponed = postponements.shift();
    if (postponed !== undefined) return postponed;
    const [host = "none"] = records.hosts.keys();
    if (host === published.at(-1)) return "unchanged";
    published.push(host);
    return { generation: published.length, written: 3 };
  },
  generation: () => (published.length === 0 ? undefined : published.length),
  publishedHosts: async () => new Map(),
  publishedDns: async () => undefined,
  async collect() {
    calls.push("collect");
    return undefined;
  },
  forget() {
    calls.push("forget");
  },
};

beforeEach(() => {
  clock = createFakeClock();
  log = createFakeLog();
  source = createSource();
  published = [];
  errors = [];
  postponements = [];
  calls = [];
});

function agentWith(options: Partial<AgentOptions<Compiled>> = {}): Agent {
  return createAgent({ source, compile, publisher, log, clock, random: () => 0, ...options });
}

async function started(options: Partial<AgentOptions<Compiled>> = {}): Promise<Agent> {
  const agent = agentWith(options);
  source.ready();
  await agent.start();
  await clock.until(agent.settled());
  return agent;
}

describe("the agent", () => {
  test("publishes nothing before the source has read everything", async () => {
    const agent = agentWith();
    const start = agent.start();
    source.become("part");
    await clock.advance(10_000);
    expect(published).toEqual([]);
    source.ready();
    await start;
    await clock.until(agent.settled());
    expect(published).toEqual(["part.example"]);
  });

  test("does not start on a source that cannot be read", async () => {
    const agent = agentWith();
    const start = expect(agent.start()).rejects.toThrow("no such folder");
    source.ready(new Error("no such folder"));
    await start;
    await clock.advance(10_000);
    expect(published).toEqual([]);
    await agent.close();
    expect(source.closed).toBe(true);
  });

  test("follows changes with the newest state", async () => {
    const agent = await started();
    source.become("second");
    source.become("third");
    await clock.until(agent.settled());
    expect(published).toEqual(["first.example", "third.example"]);
    expect(log.lines.filter((line) => line.startsWith("info"))).toEqual([
      "info published generation 1",
      "info published generation 2",
    ]);
  });

  test("retries a failed publication with the newest state", async () => {
    const agent = await started();
    const failure = { operation: "write", reason: "unavailable", problem: "outage", remedy: "wait" } as const;
    errors = [new PublishError(failure), new PublishError(failure)];
    source.become("second");
    await clock.advance(1500);
    source.become("third");
    await clock.until(agent.settled());
    expect(published).toEqual(["first.example", "third.example"]);
    const failures = log.fields.filter((_, i) => log.lines[i]?.startsWith("error"));
    expect(failures).toMatchObject([
      { operation: "write", reason: "unavailable", remedy: "wait", failures: 1, retryMs: 500 },
      { operation: "write", reason: "unavailable", remedy: "wait", failures: 2, retryMs: 1000 },
    ]);
    expect(log.lines).toContain("error could not publish: write: outage; wait");
  });

  test("publishes the newest state once a hold is released, and says meanwhile that it is held", async () => {
    const agent = await started();
    const held = { postponed: "held", hold: { generation: 1 }, generation: 7, again: 10_000 } as const;
    postponements = [held, held];
    source.become("second");
    await clock.advance(5000);
    expect(agent.status()).toMatchObject({ hold: { generation: 1 }, generation: 7, failures: 0 });
    source.become("third");
    await clock.until(agent.settled());
    expect(published).toEqual(["first.example", "third.example"]);
    expect(agent.status()).toMatchObject({ hold: undefined, generation: 2 });
    expect(log.lines.filter((line) => line.startsWith("error"))).toEqual([]);
  });

  test("has the publisher read what others did before its term, and clear up after each publication", async () => {
    await started();
    source.become("second");
    await clock.advance(5000);
    expect(calls).toEqual(["forget", "collect", "collect"]);
  });

  test("survives a compile that rejects", async () => {
    let broken = true;
    const agent = agentWith({
      compile: (state) => (broken ? Promise.reject(new TypeError("a bug")) : compile(state)),
    });
    source.ready();
    await agent.start();
    await clock.advance(0);
    expect(agent.status()).toMatchObject({ failures: 1, lastError: { message: "a bug" } });
    expect(log.fields.at(-1)).toMatchObject({ err: new TypeError("a bug"), failures: 1 });
    broken = false;
    await clock.until(agent.settled());
    expect(published).toEqual(["first.example"]);
    expect(agent.status().failures).toBe(0);
  });

  test("compiles at least once an hour, for certificates expire", async () => {
    let compiles = 0;
    const agent = await started({
      compile: (state) => {
        compiles += 1;
        return compile(state);
      },
    });
    await clock.advance(3_600_000);
    expect(compiles).toBe(2);
    expect(published).toEqual(["first.example"]);
    await agent.close();
  });

  test("closes its source, and publishes nothing after", async () => {
    const agent = await started();
    await agent.close();
    expect(source.closed).toBe(true);
    source.become("second");
    await clock.advance(10_000_000);
    expect(published).toEqual(["first.example"]);
  });
});

describe("what it reports", () => {
  test("warnings of the source and of the compile, once each", async () => {
    source.warnings = [observedWarning];
    const agent = await started();
    source.become("second");
    await clock.until(agent.settled());
    expect(log.lines.filter((line) => line.startsWith("warn"))).toEqual([
      "warn web.yaml, line 3, column 7: It is not YAML. Mend it.",
      "warn Ingress shop/web, spec.rules[0]: Service shop/web does not exist. Create it.",
    ]);
    source.warnings = [];
    source.become("third");
    await clock.until(agent.settled());
    expect(log.lines).toContain("info web.yaml: resolved: It is not YAML.");
  });

  test("its status", async () => {
    source.warnings = [observedWarning];
    const agent = agentWith();
    expect(agent.status()).toMatchObject({ generation: undefined, lastPublish: undefined });
    source.ready();
    await agent.start();
    await clock.until(agent.settled());
    expect(agent.status()).toEqual({
      lastCompile: clock.now(),
      lastPublish: clock.now(),
      generation: 1,
      warnings: { ManifestUnreadable: 1, ServiceNotFound: 1 },
      lastError: undefined,
      failures: 0,
    });
  });
});

test("with a real publisher, half of all operations failing, the newest state is published in the end", async () => {
  const keys = await newKeys();
  const random = seeded(20_261_123);
  const kv = createFakeKv();
  const edge = createFakeEdge(keys.verifier);
  kv.fault = () => (random() < 0.5 ? { written: Math.floor(4 * random()) } : undefined);
  edge.down = () => random() < 0.5;
  const place = { cluster: "default", kv, headUrl: HEAD_URL, headFetch: edge.fetch };
  const real = createPublisher({ ...place, ...keys, log, now: () => clock.now() });
  const agent = await started({ publisher: real, random });
  for (const name of ["second", "third", "fourth", "fifth"]) {
    source.become(name);
    await clock.advance(700);
  }
  await clock.until(agent.settled());
  const snapshot = await readSnapshot(kv.store, "default", keys.verifier);
  expect([...(snapshot?.records.hosts.keys() ?? [])]).toEqual(["fifth.example"]);
  expect(edge.root).toEqual(snapshot?.root);
  expect(agent.status()).toMatchObject({ generation: snapshot?.root.generation, failures: 0 });
  expect(log.lines.filter((line) => line.startsWith("error")).length).toBeGreaterThan(5);
  await agent.close();
});
