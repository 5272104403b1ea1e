/** When the agent tells the edge of itself, and that this holds nothing up. */
import { beforeEach, expect, test } from "vitest";
import { reportKey } from "../../contract/index.ts";
import { type Agent, createAgent } from "../../sync-agent/agent.ts";
import type { Leadership } from "../../sync-agent/leadership.ts";
import { PublishError, type PublishReason } from "../../sync-agent/publish/error.ts";
import { createPublisher, type Publisher } from "../../sync-agent/publish/publisher.ts";
import { rollBack } from "../../sync-agent/publish/rollback.ts";
import { createSelfReporter, type SelfFacts } from "../../sync-agent/report/self-report.ts";
import { createFakeClock, type FakeClock } from "./publish/support/fake-clock.ts";
import { createFakeKv, type FakeKv } from "./publish/support/fake-kv.ts";
import { createFakeLog } from "./publish/support/fake-log.ts";
import { newKeys } from "./publish/support/keys.ts";
import { compileName, createNamedSource, type NamedSource } from "./support/named-source.ts";

const keys = await newKeys();

let clock: FakeClock;
let kv: FakeKv;
let source: NamedSource;
let told: SelfFacts[];
let onTold: (facts: SelfFacts) => void;

beforeEach(() => {
  clock = createFakeClock(1_700_000_000_000);
  kv = createFakeKv();
  source = createNamedSource("first");
  told = [];
  onTold = () => undefined;
});

const place = () => ({ cluster: "default", kv, ...keys, log: createFakeLog(), now: () => clock.now() });

function agentWith(publisher: Publisher, leadership?: Leadership): Agent {
  return createAgent({
    source,
    compile: compileName,
    publisher,
    leadership,
    selfReporter: {
      report(facts) {
        told.push(facts);
        onTold(facts);
      },
      close: async () => undefined,
    },
    log: createFakeLog(),
    clock,
    random: () => 0,
  });
}

test("it tells of every round in which it leads, and of a rollback that holds it back", async () => {
  const agent = agentWith(createPublisher(place()));
  await agent.start();
  await clock.until(agent.settled());
  source.become("second");
  await clock.until(agent.settled());
  expect(told.map(({ generation }) => generation)).toEqual([1, 2]);
  expect(told[0]?.durations).toEqual({ compile: 0, publish: 0 });
  await rollBack({ ...place(), pause: async () => undefined }, { generation: 1 });
  const held = new Promise<void>((resolve) => {
    onTold = ({ generation }) => generation === 4 && resolve();
  });
  source.become("third");
  await clock.until(held);
  await agent.close();
});

test("a standby tells nothing", async () => {
  const standby: Leadership = {
    start: () => undefined,
    term: () => undefined,
    close: async () => undefined,
  };
  const agent = agentWith(createPublisher(place()), standby);
  await agent.start();
  await clock.advance(10_000);
  expect(told).toEqual([]);
  await agent.close();
});

test.each<[PublishReason, boolean]>([
  ["conflict", true],
  ["contract", true],
  ["unavailable", false],
  ["limited", false],
])("a failure is told where KV is not to blame: %s", async (reason, isTold) => {
  const publisher: Publisher = {
    ...createPublisher(place()),
    publish: () =>
      Promise.reject(new PublishError({ operation: "publish", reason, problem: "p", remedy: "r" })),
  };
  const agent = agentWith(publisher);
  await agent.start();
  await clock.advance(100);
  expect(told.length > 0).toBe(isTold);
  await agent.close();
});

test("a write of it that never ends holds no publication up, and the collector leaves it alone", async () => {
  const begun = Promise.withResolvers<string>();
  const selfReporter = createSelfReporter({
    cluster: "default",
    agent: { id: "agent-0", version: "0.1.0", mode: "manifests" },
    kv: {
      async put([pair], signal) {
        begun.resolve(pair?.key ?? "");
        await new Promise((_, reject) => {
          signal?.addEventListener("abort", () => reject(new Error("given up")));
        });
      },
    },
    signer: keys.signer,
    checks: () => [],
    spacing: 0,
    heartbeat: 0,
    clock,
    random: () => 0,
    log: createFakeLog(),
  });
  const retention = { roots: 1, superseded: 0, grace: 0 };
  const publisher = createPublisher({ ...place(), retention });
  const agent = createAgent({
    source,
    compile: compileName,
    publisher,
    selfReporter,
    log: createFakeLog(),
    clock,
    random: () => 0,
  });
  await kv.put([{ key: reportKey("default"), value: "of an agent before" }]);
  await agent.start();
  await clock.until(agent.settled());
  await clock.until(begun.promise);
  for (const name of ["second", "third"]) {
    source.become(name);
    await clock.until(agent.settled());
  }
  expect(publisher.generation()).toBe(3);
  await clock.advance(3_700_000);
  expect(await publisher.collect()).toMatchObject({ roots: 2 });
  expect(kv.store.get(reportKey("default"))).toBeDefined();
  await agent.close();
});
