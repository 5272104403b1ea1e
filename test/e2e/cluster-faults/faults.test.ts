/**
 * Whatever happens between cluster and edge, the edge serves one whole generation, no request fails because of a
 * publication, and in the end the latest state is served.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { ApiServer } from "../../kubernetes/api-server/index.ts";
import { openDouble } from "../cluster/harness/cluster.ts";
import { type Load, startLoad } from "../cluster/harness/load.ts";
import { ingress } from "../cluster/harness/objects.ts";
import { openScene, type Scene } from "../cluster/harness/scene.ts";
import type { Lintel } from "../support/lintel.ts";
import { type Judge, KvProxy, type Verdict } from "./kv-proxy.ts";

// Many processes start here, on machines that may have other things to do.
vi.setConfig({ testTimeout: 60_000 });

let scene: Scene;
let double: ApiServer;
let load: Load;
let proxy: KvProxy;
let agent: Lintel;

/** Comes back under its name, and so leads at once. */
const startAgent = () => scene.agent({ identity: "one", kvUrl: proxy.url });

beforeAll(async () => {
  const opened = await openDouble();
  double = opened.double;
  scene = await openScene(opened.cluster);
  proxy = await KvProxy.start(scene.kvUrl);
  agent = startAgent();
  await scene.upstreams.serve(scene.client, "other");
  load = await startLoad(scene);
});
afterAll(async () => {
  await load.stop();
  await scene.close();
  await proxy.close();
});
afterEach(() => {
  proxy.judge();
  expect(load.report().problems).toEqual([]);
});

/** Stops the first write of such a key. */
function holdAt(key: RegExp): { judge: Judge; held: Promise<unknown>; release: (verdict: Verdict) => void } {
  const held = Promise.withResolvers<undefined>();
  const verdict = Promise.withResolvers<Verdict>();
  return {
    judge(keys) {
      if (!keys.some((one) => key.test(one))) return "pass";
      held.resolve(undefined);
      return verdict.promise;
    },
    held: held.promise,
    release: verdict.resolve,
  };
}

describe("an agent that is killed in a publication", () => {
  // After a step is before the next one; only the last has an end of its own.
  it.each([
    ["before the shards are written", /\/shard\//, "drop"],
    ["before the root is written", /\/root\//, "drop"],
    ["before the head is written", /\/head$/, "drop"],
    ["before it learns that the head is written", /\/head$/, "lose"],
  ] as const)("leaves a whole generation: %s", async (_, key, verdict) => {
    await agent.stop("SIGKILL");
    const { judge, held, release } = holdAt(key);
    proxy.judge(judge);
    const version = await load.deploy();
    agent = startAgent();
    await held;
    await agent.stop("SIGKILL");
    release(verdict);
    if (verdict === "lose") await load.serves(version);
  });

  it("ends at the latest state once it is back, also while KV fails half of all writes", async () => {
    const faults: readonly Verdict[] = ["refuse", "drop", "lose"];
    let writes = 0;
    proxy.judge(() => {
      writes += 1;
      return writes % 2 === 0 ? "pass" : (faults[(writes >> 1) % faults.length] ?? "refuse");
    });
    await load.deploy();
    agent = startAgent();
    await agent.printed(/published generation/, "stderr");
    await load.serves(await load.deploy());
    expect(writes).toBeGreaterThan(3);
  });
});

describe("the API server", () => {
  it("may be gone for a while", async () => {
    const { namespace } = scene.cluster;
    const gone = agent.stderr.length;
    await double.stop();
    const meanwhile = ingress("gone", { className: scene.className, hosts: { "gone.test": "other" } });
    double.apply({ ...meanwhile, metadata: { ...meanwhile.metadata, namespace } });
    // It has tried to come back, and could not.
    await agent.printed(/refuses connections/, "stderr", gone);
    expect(await scene.ask("gone.test")).toBe(404);
    await double.restart();
    await scene.answers("gone.test", "other");
  });

  it("may lose an event that the next connection makes up for", async () => {
    double.dropEvents("ingresses", 1);
    const version = await load.deploy();
    double.closeWatches({ resource: "ingresses" });
    await load.serves(version);
  });

  it("may lose an event that only a new list shows", async () => {
    double.dropEvents("ingresses", 1);
    await scene.client.put(ingress("lost", { className: scene.className, hosts: { "lost.test": "other" } }));
    // The agent learns that it has seen everything up to now, and goes on from here.
    double.bookmark("ingresses");
    const resumed = double.nextRequest({ verb: "watch", resource: "ingresses" });
    double.closeWatches({ resource: "ingresses" });
    const { query } = await resumed;
    const lost = double.get("Ingress", `${scene.cluster.namespace}/lost`);
    expect(Number(query["resourceVersion"])).toBeGreaterThanOrEqual(Number(lost?.metadata.resourceVersion));
    expect(await scene.ask("lost.test")).toBe(404);
    double.expire();
    await scene.answers("lost.test", "other");
  });
});

it("serves the latest state of two agents that both lead", async () => {
  const rival = scene.agent({ identity: "rival", leaseName: "rival" });
  await rival.printed(/published generation|nothing to publish/, "stderr");
  for (let round = 1; round <= 2; round++) await load.serves(await load.deploy());
  expect([agent.running, rival.running]).toEqual([true, true]);
});
