/** What one change costs, counted: the same at every size of the cluster. */
import { describe, expect, it } from "vitest";
import type { ClusterState } from "../../sync-agent/cluster/state.ts";
import { compile, type Compiled, CompileMemory } from "../../sync-agent/compile/compile.ts";
import type { CompileWork } from "../../sync-agent/compile/incremental/compiler.ts";
import { createPublisher } from "../../sync-agent/publish/publisher.ts";
import { type Edit, edited } from "./compile/support/histories.ts";
import { clusterState, endpoint, ingress, path, port, service, slice } from "./compile/support/objects.ts";
import { OPTIONS } from "./compile/support/options.ts";
import { createFakeKv } from "./publish/support/fake-kv.ts";
import { createFakeLog } from "./publish/support/fake-log.ts";
import { newKeys } from "./publish/support/keys.ts";

const keys = await newKeys();

const address = (n: number) => `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;
const addresses = (n: number) => Array.from({ length: 8 }, (_, index) => address(8 * n + index));
const web = (n: number, texts: readonly string[]) =>
  slice(`shop/web-${n}`, `web-${n}`, { endpoints: texts.map(endpoint) });
const shop = (n: number, pathText = `Prefix / web-${n}:80`) =>
  ingress(`shop/web-${n}`, { rules: [{ host: `h${n}.example`, paths: [path(pathText)] }] });

function cluster(size: number): ClusterState {
  const numbers = Array.from({ length: size }, (_, n) => n);
  return clusterState({
    Ingress: numbers.map((n) => shop(n)),
    Service: numbers.map((n) => service(`shop/web-${n}`, { clusterIPs: [address((96 << 16) + n)] })),
    EndpointSlice: numbers.map((n) => web(n, addresses(n))),
  });
}

async function start(state: ClusterState) {
  const kv = createFakeKv();
  const log = createFakeLog();
  const publisher = createPublisher({ cluster: "default", kv, ...keys, log, now: () => 1_700_000_000_000 });
  const memory = new CompileMemory();
  let last: Compiled | undefined;
  const round = async (state: ClusterState): Promise<CompileWork & { writes: number }> => {
    const { lastGood, dnsMemory } = last ?? {};
    last = await compile(state, { ...OPTIONS, lastGood, dnsMemory }, memory);
    const before = kv.writes.length;
    await publisher.publish(last);
    return { ...last.work, writes: kv.writes.length - before };
  };
  return { round, first: await round(state) };
}

const NOTHING = { ingresses: 0, hosts: 0, services: 0, addressBlocks: 0, writes: 0 };
const [one = "", ...others] = addresses(7);

const CHANGES: Record<string, { readonly edit: Edit; readonly cost: CompileWork & { writes: number } }> = {
  "an endpoint that is gone": {
    edit: { kind: "EndpointSlice", key: "shop/web-7", object: web(7, others) },
    cost: { ...NOTHING, services: 1, addressBlocks: 1, writes: 4 },
  },
  "an endpoint more": {
    edit: { kind: "EndpointSlice", key: "shop/web-7", object: web(7, [one, ...others, "10.9.9.9"]) },
    cost: { ...NOTHING, services: 1, addressBlocks: 1, writes: 4 },
  },
  "an endpoint that is not ready any more": {
    edit: { kind: "EndpointSlice", key: "shop/web-7", object: web(7, [`${one} unready`, ...others]) },
    cost: { ...NOTHING, services: 1, addressBlocks: 1, writes: 4 },
  },
  "an endpoint in another zone": {
    edit: {
      kind: "EndpointSlice",
      key: "shop/web-7",
      object: slice("shop/web-7", "web-7", {
        endpoints: addresses(7).map((text) => Object.assign(endpoint(text), { zones: ["b"] })),
      }),
    },
    cost: { ...NOTHING, services: 1, writes: 3 },
  },
  "a path of an Ingress": {
    edit: { kind: "Ingress", key: "shop/web-7", object: shop(7, "Prefix /cart web-7:80") },
    cost: { ...NOTHING, ingresses: 1, hosts: 1, writes: 3 },
  },
  "a port of a Service, which an Ingress names": {
    edit: {
      kind: "Service",
      key: "shop/web-7",
      object: service("shop/web-7", {
        clusterIPs: [address((96 << 16) + 7)],
        ports: [port("80 http"), port("81 more")],
      }),
    },
    cost: { ...NOTHING, ingresses: 1, hosts: 1, services: 1, writes: 3 },
  },
  "a label that nothing reads": {
    edit: { kind: "EndpointSlice", key: "shop/web-7", object: web(7, addresses(7)) },
    cost: { ...NOTHING, services: 1 },
  },
};

describe.each([50, 500])("in a cluster of %i Services", async (size) => {
  const state = cluster(size);
  const { round, first } = await start(state);

  it("everything is compiled once", () => {
    expect(first).toMatchObject({ ingresses: size, hosts: size, services: size });
  });

  it.each(Object.entries(CHANGES))("%s costs the same as in any other", async (_, { edit, cost }) => {
    expect(await round(edited(state, [edit]))).toEqual(cost);
    await round(state);
    expect(await round(state)).toEqual(NOTHING);
  });

  it("an endpoint that moves costs a shard more only where its addresses lie in two", async () => {
    const moved = web(7, [...others, "10.99.0.1"]);
    const { writes } = await round(
      edited(state, [{ kind: "EndpointSlice", key: "shop/web-7", object: moved }]),
    );
    expect(writes).toBeLessThanOrEqual(5);
    await round(state);
  });
});
