/** What an Ingress served last stays served, though the agent that knew it is gone. */
import { setImmediate as turn } from "node:timers/promises";
import { beforeEach, describe, expect, test } from "vitest";
import { shardKey } from "../../contract/index.ts";
import { type Agent, createAgent } from "../../sync-agent/agent.ts";
import type { ClusterSource, Ingress } from "../../sync-agent/cluster/state.ts";
import { compile, type Compiled } from "../../sync-agent/compile/compile.ts";
import type { Leadership, Term } from "../../sync-agent/leadership.ts";
import { PublishError } from "../../sync-agent/publish/error.ts";
import { KV_STALE_MS } from "../../sync-agent/publish/overtaken.ts";
import { createPublisher } from "../../sync-agent/publish/publisher.ts";
import { clusterState, ingress, path, service } from "./compile/support/objects.ts";
import { OPTIONS } from "./compile/support/options.ts";
import { createFakeClock, type FakeClock } from "./publish/support/fake-clock.ts";
import { createFakeKv, type FakeKv } from "./publish/support/fake-kv.ts";
import { createFakeLog, type FakeLog } from "./publish/support/fake-log.ts";
import { newKeys } from "./publish/support/keys.ts";
import { readSnapshot } from "./publish/support/reader.ts";

const CLUSTER = "default";
const keys = await newKeys();

let clock: FakeClock;
let kv: FakeKv;
let log: FakeLog;

beforeEach(() => {
  clock = createFakeClock(1_700_000_000_000);
  kv = createFakeKv();
  log = createFakeLog();
});

function web(name: string, to: string, annotations: Record<string, string> = {}): Ingress {
  return ingress(`shop/${name}`, {
    metadata: { annotations },
    rules: [{ host: `${name}.test`, paths: [path(`Prefix /${to} ${to}:80`)] }],
  });
}

const BAD = { "nginx.ingress.kubernetes.io/limit-rps": "many" };

interface Running extends Agent {
  become(...ingresses: readonly Ingress[]): void;
}

/** An agent that remembers nothing. */
function agentOf(ingresses: readonly Ingress[], leadership?: Leadership): Running {
  let present = ingresses;
  let onChange = () => {};
  let last: Compiled | undefined;
  const source: ClusterSource = {
    async start(listener) {
      onChange = listener;
    },
    observe: () => ({
      state: clusterState({
        Ingress: present,
        Service: ["a", "b"].map((name) => service(`shop/${name}`)),
      }),
      warnings: [],
    }),
    async close() {},
  };
  const agent = createAgent({
    source,
    leadership,
    compile: async (state, published) => {
      last = await compile(state, { ...OPTIONS, lastGood: last?.lastGood, published });
      return last;
    },
    publisher: createPublisher({ cluster: CLUSTER, kv, ...keys, log, now: () => clock.now() }),
    log,
    clock,
    random: () => 0.5,
  });
  return {
    ...agent,
    become(...next) {
      present = next;
      onChange();
    },
  };
}

async function started(...ingresses: readonly Ingress[]): Promise<Running> {
  const agent = agentOf(ingresses);
  await agent.start();
  await clock.until(agent.settled());
  return agent;
}

/** Lets time pass, which stands still while there is a round. */
async function elapse(ms: number): Promise<void> {
  const end = clock.now() + ms;
  while (clock.now() < end) {
    while (clock.next() === undefined) await turn();
    await clock.advance(Math.min(clock.next() ?? 0, end - clock.now()));
  }
  while (clock.next() === undefined) await turn();
}

/** Lets an agent that never knew the good form take over from one that published it. */
async function publishedBefore(...ingresses: readonly Ingress[]): Promise<void> {
  await (await started(...ingresses)).close();
  kv.reads.length = 0;
  kv.writes.length = 0;
}

async function served(): Promise<Record<string, string[]>> {
  const snapshot = await readSnapshot(kv.store, CLUSTER, keys.verifier);
  return Object.fromEntries(
    [...(snapshot?.records.hosts ?? [])].map(([host, { routes }]) => [
      host,
      routes.map(({ match, filters }) => `${match.path.value}${filters?.closed ? " closed" : ""}`),
    ]),
  );
}

const hostShards = async () =>
  (await readSnapshot(kv.store, CLUSTER, keys.verifier))?.root.sections.hosts.shards.map((digest) =>
    shardKey(CLUSTER, digest),
  ) ?? [];

describe("an agent that starts with a bad annotation", () => {
  test("writes nothing, for all stays as it was, until the annotation is mended", async () => {
    await publishedBefore(web("x", "a"));
    const agent = await started(web("x", "b", BAD));
    expect(kv.writes).toEqual([]);
    expect(await served()).toEqual({ "x.test": ["/a"] });
    agent.become(web("x", "b", BAD), web("y", "b"));
    await clock.until(agent.settled());
    expect(await served()).toEqual({ "x.test": ["/a"], "y.test": ["/b"] });
    agent.become(web("x", "b"), web("y", "b"));
    await clock.until(agent.settled());
    expect(await served()).toEqual({ "x.test": ["/b"], "y.test": ["/b"] });
    await agent.close();
  });

  test("finds the routes again after every further start, other changes among them", async () => {
    await publishedBefore(web("x", "a"));
    for (const name of ["one", "two", "three"]) {
      await publishedBefore(web("x", "b", BAD), web(name, "a"));
      expect(await served()).toEqual({ "x.test": ["/a"], [`${name}.test`]: ["/a"] });
    }
  });

  test("publishes nothing while it cannot read what was served, and then all of it", async () => {
    await publishedBefore(web("x", "a"));
    const shards = await hostShards();
    kv.fault = (operation) => {
      if (!shards.some((key) => operation === `get ${key}`)) return undefined;
      throw new PublishError({ operation, reason: "unavailable", problem: "down", remedy: "wait" });
    };
    const agent = agentOf([web("x", "b", BAD), web("y", "b")]);
    await agent.start();
    await elapse(5 * 60_000);
    expect(kv.writes).toEqual([]);
    expect(agent.status().failures).toBeGreaterThan(3);
    kv.fault = () => undefined;
    await clock.until(agent.settled());
    expect(await served()).toEqual({ "x.test": ["/a"], "y.test": ["/b"] });
    await agent.close();
  });

  test("asks for nothing while the API wants to be left alone", async () => {
    await publishedBefore(web("x", "a"));
    const asked: number[] = [];
    kv.fault = (operation) => {
      asked.push(clock.monotonic());
      if (asked.length > 1) return undefined;
      throw new PublishError({
        operation,
        reason: "limited",
        problem: "no",
        remedy: "wait",
        retryAfter: 60_000,
      });
    };
    const agent = agentOf([web("x", "b", BAD), web("y", "b")]);
    await agent.start();
    await elapse(50_000);
    expect(asked).toHaveLength(1);
    await clock.until(agent.settled());
    expect(await served()).toEqual({ "x.test": ["/a"], "y.test": ["/b"] });
    await agent.close();
  });

  test("goes on without what KV has lost for two minutes, and writes it anew", async () => {
    await publishedBefore(web("x", "a"));
    const shards = await hostShards();
    for (const key of shards) kv.store.delete(key);
    const agent = agentOf([web("x", "b", BAD), web("y", "b")]);
    await agent.start();
    await elapse(KV_STALE_MS - 1000);
    expect(kv.writes).toEqual([]);
    expect(agent.status().lastError).toMatchObject({
      message: expect.stringContaining("does not exist") as string,
    });
    await clock.until(agent.settled());
    expect(await served()).toEqual({ "x.test": ["/b closed"], "y.test": ["/b"] });
    expect(log.lines).toContainEqual(expect.stringMatching(/^warn a part of what is published is lost/));
    await agent.close();
  });
});

describe("what is published is read back", () => {
  const reads = (shards: readonly string[]) => kv.reads.filter((key) => shards.includes(key)).length;

  test("never, where nothing is lacking", async () => {
    await publishedBefore(web("x", "a"));
    const shards = await hostShards();
    const agent = await started(web("x", "a"), web("y", "b"));
    agent.become(web("x", "b", BAD), web("y", "b"));
    await clock.until(agent.settled());
    expect(await served()).toEqual({ "x.test": ["/a"], "y.test": ["/b"] });
    expect(reads([...shards, ...(await hostShards())])).toBe(0);
    await agent.close();
  });

  test("once, however many are lacking, now or later", async () => {
    await publishedBefore(web("x", "a"), web("y", "a"));
    const shards = await hostShards();
    const agent = await started(web("x", "b", BAD), web("y", "b", BAD), web("z", "b", BAD));
    agent.become(web("x", "b", BAD), web("z", "b", BAD), web("new", "a", BAD));
    await clock.until(agent.settled());
    expect(await served()).toEqual({ "x.test": ["/a"], "z.test": ["/b closed"], "new.test": ["/a closed"] });
    expect(reads([...shards, ...(await hostShards())])).toBe(1);
    await agent.close();
  });

  test("by a standby when its term begins, and again in its next one", async () => {
    let term: Term | undefined;
    let onChange = () => {};
    const leadership: Leadership = {
      start(listener) {
        onChange = listener;
      },
      term: () => term,
      async close() {},
    };
    const lead = (next: Term | undefined) => {
      term = next;
      onChange();
    };
    await publishedBefore(web("x", "a"));
    const standby = agentOf([web("x", "b", BAD)], leadership);
    await standby.start();
    await elapse(10_000);
    expect(kv.reads).toEqual([]);
    lead({ signal: new AbortController().signal });
    await clock.until(standby.settled());
    expect(await served()).toEqual({ "x.test": ["/a"] });
    lead(undefined);
    await elapse(10_000);
    await publishedBefore(web("x", "a"), web("y", "a"));
    standby.become(web("x", "b", BAD), web("y", "b", BAD));
    await elapse(10_000);
    lead({ signal: new AbortController().signal });
    await clock.until(standby.settled());
    expect(await served()).toEqual({ "x.test": ["/a"], "y.test": ["/a"] });
    await standby.close();
  });
});
