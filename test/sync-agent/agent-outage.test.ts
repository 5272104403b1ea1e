/** What the agent and its publisher do together while KV cannot be written, or may not be. */
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { headKey } from "../../contract/index.ts";
import { type Agent, createAgent } from "../../sync-agent/agent.ts";
import { PublishError, type PublishReason } from "../../sync-agent/publish/error.ts";
import { createPublisher } from "../../sync-agent/publish/publisher.ts";
import { releaseHold, rollBack } from "../../sync-agent/publish/rollback.ts";
import { createFakeClock, type FakeClock } from "./publish/support/fake-clock.ts";
import { createFakeEdge, type FakeEdge, HEAD_URL } from "./publish/support/fake-edge.ts";
import { createFakeKv, type FakeKv } from "./publish/support/fake-kv.ts";
import { createFakeLog, type FakeLog } from "./publish/support/fake-log.ts";
import { newKeys } from "./publish/support/keys.ts";
import { readSnapshot } from "./publish/support/reader.ts";
import { compileName, createNamedSource, type NamedSource } from "./support/named-source.ts";

const CLUSTER = "default";
const MINUTE = 60_000;
const keys = await newKeys();

let clock: FakeClock;
let kv: FakeKv;
let edge: FakeEdge;
let log: FakeLog;
let source: NamedSource;
let agent: Agent;
/** When the API was asked for something. */
let requests: number[];
let compiles: number;
/** What every request to KV fails with. */
let outage: { readonly reason: PublishReason; readonly retryAfter?: number } | undefined;

const place = () => ({
  cluster: CLUSTER,
  kv,
  ...keys,
  headUrl: HEAD_URL,
  headFetch: edge.fetch,
  log,
  now: () => clock.now(),
});

beforeEach(async () => {
  clock = createFakeClock(1_700_000_000_000);
  kv = createFakeKv();
  edge = createFakeEdge(keys.verifier);
  log = createFakeLog();
  source = createNamedSource("first");
  requests = [];
  compiles = 0;
  outage = undefined;
  kv.fault = () => {
    requests.push(clock.monotonic());
    if (outage === undefined) return undefined;
    throw new PublishError({ operation: "use KV", problem: "down", remedy: "wait", ...outage });
  };
  agent = start();
  await agent.start();
  await clock.until(agent.settled());
});
afterEach(() => agent.close());

function start(): Agent {
  return createAgent({
    source,
    compile: async (state) => {
      compiles += 1;
      return compileName(state);
    },
    publisher: createPublisher(place()),
    log,
    clock,
    random: () => 0.5,
  });
}

/** Lets time pass in which the state changes every second; it stands still while there is a round. */
async function changeEverySecond(seconds: number): Promise<void> {
  for (let second = 1; second <= seconds; second++) {
    source.become(`s${second}`);
    for (let part = 0; part < 4; part++) {
      await clock.advance(250);
      // Between rounds, the next one has a timer.
      while (clock.next() === undefined) await turn();
    }
  }
}

async function publishedHost(): Promise<string | undefined> {
  const snapshot = await readSnapshot(kv.store, CLUSTER, keys.verifier);
  expect(snapshot?.root).toEqual(edge.root);
  return snapshot?.records.hosts.keys().next().value;
}

const headWrites = () => kv.writes.filter(({ key }) => key === headKey(CLUSTER)).length;

/** The most requests that fell into 5 minutes. */
function busiest(): number {
  let most = 0;
  let from = 0;
  for (const [i, time] of requests.entries()) {
    while (time - (requests[from] ?? time) >= 5 * MINUTE) from += 1;
    most = Math.max(most, i - from + 1);
  }
  return most;
}

test("an hour without KV, with changes every second, ends with one publication of the newest state", async () => {
  outage = { reason: "unavailable" };
  await changeEverySecond(3600);
  expect(headWrites()).toBe(1);
  expect(busiest()).toBeLessThan(1200);
  expect(compiles).toBeGreaterThan(1000);
  expect(agent.status().failures).toBeGreaterThan(1000);
  outage = undefined;
  await clock.until(agent.settled());
  await clock.advance(10 * MINUTE);
  expect(headWrites()).toBe(2);
  expect(await publishedHost()).toBe("s3600.example");
  expect(agent.status()).toMatchObject({ generation: 2, failures: 0 });
}, 60_000);

test("with the API at its limit for five minutes, it compiles, asks for nothing, and publishes the newest state after", async () => {
  outage = { reason: "limited", retryAfter: 5 * MINUTE };
  await changeEverySecond(2);
  const asked = requests.length;
  const compiled = compiles;
  outage = undefined;
  await changeEverySecond(290);
  expect(requests).toHaveLength(asked);
  expect(compiles).toBeGreaterThan(compiled + 100);
  expect(headWrites()).toBe(1);
  // What stands in the way is said once, not at every round.
  expect(log.lines.filter((line) => line.startsWith("error"))).toHaveLength(1);
  await clock.until(agent.settled());
  await clock.advance(10 * MINUTE);
  expect(headWrites()).toBe(2);
  expect(await publishedHost()).toBe("s290.example");
});

test("a server that asks for more than the API ever blocks is asked again after five minutes", async () => {
  outage = { reason: "limited", retryAfter: 24 * 60 * MINUTE };
  source.become("second");
  await clock.advance(1000);
  const asked = requests.length;
  outage = undefined;
  const settled = agent.settled();
  await clock.advance(4.9 * MINUTE);
  expect(requests).toHaveLength(asked);
  await clock.advance(MINUTE);
  await clock.until(settled);
  expect(await publishedHost()).toBe("second.example");
});

describe("a rollback", () => {
  const command = () => ({ ...place(), pause: async () => {} });

  test("holds while a running agent has a change every second, and its release brings the newest state", async () => {
    source.become("second");
    await clock.until(agent.settled());
    await rollBack(command(), { generation: 1 });
    const heads = headWrites();
    await changeEverySecond(60);
    expect(headWrites()).toBe(heads);
    expect(await publishedHost()).toBe("first.example");
    expect(agent.status()).toMatchObject({ hold: { generation: 1 }, generation: 4, failures: 0 });
    expect(log.lines.filter((line) => line.includes("rolled back"))).toHaveLength(1);
    await releaseHold(command());
    const released = clock.now();
    await clock.until(agent.settled());
    expect(clock.now() - released).toBeLessThanOrEqual(10_000);
    expect(await publishedHost()).toBe("s60.example");
    expect(agent.status()).toMatchObject({ hold: undefined, generation: 6 });
  });

  test("while the agent is down holds from its start", async () => {
    source.become("second");
    await clock.until(agent.settled());
    await agent.close();
    await rollBack(command(), { generation: 1 });
    agent = start();
    await agent.start();
    await changeEverySecond(20);
    expect(await publishedHost()).toBe("first.example");
    expect(agent.status()).toMatchObject({ hold: { generation: 1 }, generation: 4 });
    await releaseHold(command());
    await clock.until(agent.settled());
    expect(await publishedHost()).toBe("s20.example");
  });
});
