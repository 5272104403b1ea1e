/** What the resolver answered last it goes on answering, though the agent that read the Corefile is gone. */
import { beforeEach, describe, expect, test } from "vitest";
import { createAgent } from "../../sync-agent/agent.ts";
import type { ClusterSource, ClusterState } from "../../sync-agent/cluster/state.ts";
import { compile, type Compiled } from "../../sync-agent/compile/compile.ts";
import { createPublisher } from "../../sync-agent/publish/publisher.ts";
import { clusterState, configMap } from "./compile/support/objects.ts";
import { OPTIONS } from "./compile/support/options.ts";
import { createFakeClock, type FakeClock } from "./publish/support/fake-clock.ts";
import { createFakeKv, type FakeKv } from "./publish/support/fake-kv.ts";
import { createFakeLog } from "./publish/support/fake-log.ts";
import { newKeys } from "./publish/support/keys.ts";
import { readSnapshot } from "./publish/support/reader.ts";

const CLUSTER = "default";
const KEY = "kube-system/coredns";
const SOA = "@ 60 IN SOA ns hostmaster 1 2 3 4 5\n";
const keys = await newKeys();

let clock: FakeClock;
let kv: FakeKv;

beforeEach(() => {
  clock = createFakeClock(1_700_000_000_000);
  kv = createFakeKv();
});

const stateOf = (Corefile: string, db: string): ClusterState =>
  clusterState({ ConfigMap: [configMap(KEY, { Corefile, db })] });

/** What an agent that remembers nothing makes of the states, one after the other. */
async function runs(...states: readonly ClusterState[]): Promise<string[]> {
  let state = states[0] ?? clusterState({});
  let onChange = () => {};
  let last: Compiled | undefined;
  const source: ClusterSource = {
    async start(listener) {
      onChange = listener;
    },
    observe: () => ({ state, warnings: [] }),
    async close() {},
  };
  const log = createFakeLog();
  const agent = createAgent({
    source,
    compile: async (state, published, publishedDns) => {
      last = await compile(state, {
        ...OPTIONS,
        corefile: { kind: "configMap", key: KEY, isNamed: true },
        dnsMemory: last?.dnsMemory,
        published,
        publishedDns,
      });
      return last;
    },
    publisher: createPublisher({ cluster: CLUSTER, kv, ...keys, log, now: () => clock.now() }),
    log,
    clock,
    random: () => 0.5,
  });
  await agent.start();
  await clock.until(agent.settled());
  const all = [await served()];
  for (const next of states.slice(1)) {
    state = next;
    onChange();
    await clock.until(agent.settled());
    all.push(await served());
  }
  await agent.close();
  return all;
}

/** The plugins of all server blocks, and the zones that there are records of. */
async function served(): Promise<string> {
  const snapshot = await readSnapshot(kv.store, CLUSTER, keys.verifier);
  const plugins = snapshot?.root.settings.dns.servers.flatMap((server) =>
    server.plugins.map(({ plugin }) => plugin),
  );
  const zones = [...(snapshot?.records.zones.keys() ?? [])].filter((key) => key.startsWith("file/"));
  return `${plugins?.join(" ")}: ${zones.join(" ")}`;
}

const good = stateOf("a.test {\nfile db\nlog\n}", SOA);
const broken = stateOf("a.test {\nfile db\nlog {\nclass x\n}\n}", SOA);
const brokenZone = stateOf("a.test {\nfile db\nerrors\n}", "x");

describe("an agent that starts with", () => {
  test("a broken Corefile writes nothing, until it is mended", async () => {
    await runs(good);
    kv.writes.length = 0;
    expect(await runs(broken)).toEqual(["log file: file/a.test"]);
    expect(kv.writes).toEqual([]);
    expect(await runs(broken, brokenZone, good)).toEqual([
      "log file: file/a.test",
      "errors file: file/a.test",
      "log file: file/a.test",
    ]);
  });

  test("a broken zone keeps its records", async () => {
    await runs(good);
    expect(await runs(brokenZone)).toEqual(["errors file: file/a.test"]);
  });

  test("a broken Corefile where nothing is published answers for the cluster", async () => {
    expect(await runs(broken, good)).toEqual(["any kubernetes: ", "log file: file/a.test"]);
  });
});
