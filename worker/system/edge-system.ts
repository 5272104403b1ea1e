/** Puts together what answers on the system host: the resolver, the edge's own endpoints, and what they look at. */
import type { PurgeScope, Verifier } from "../../contract/index.ts";
import { createDohHandler } from "../dns/doh.ts";
import { DnsMetrics } from "../dns/metrics.ts";
import type { EdgeConfig, EdgeEnv } from "../env.ts";
import type { Pools } from "../ingress/pool.ts";
import type { LimitPeers } from "../limits/exchange.ts";
import type { NameGeneration } from "../named-generation.ts";
import type { Observer } from "../observe/observer.ts";
import type { Platform } from "../platform.ts";
import { SnapshotUnavailableError } from "../snapshot/errors.ts";
import type { Generation } from "../snapshot/generation.ts";
import { kvGet } from "../snapshot/head-source.ts";
import type { SnapshotReader } from "../snapshot/reader.ts";
import type { SnapshotView } from "../snapshot/view.ts";
import { createSystem, type System } from "./app.ts";
import { createGate } from "./gate.ts";
import type { HeadStore } from "./head.ts";
import { createHistory } from "./history/history.ts";
import { createReportReader } from "./report.ts";
import { createDnsAsker } from "./state/dns.ts";
import { agentFacts, historySource, trafficFacts } from "./state/sources.ts";
import { EdgeState } from "./state/state.ts";

export interface EdgeSystemOptions {
  readonly env: EdgeEnv;
  readonly config: EdgeConfig;
  readonly verifier: Promise<Verifier>;
  readonly reader: SnapshotReader;
  /** Those with whom limits are shared; absent where there are none. */
  readonly peers: LimitPeers | undefined;
  /** Follows an order to purge; absent where there is nobody to tell other isolates. */
  readonly follow: ((scope: PurgeScope, signed: number) => Promise<void>) | undefined;
  readonly nameGeneration: NameGeneration;
  readonly observer: Observer;
  readonly pools: Pools;
  readonly platform: Platform;
}

export function createEdgeSystem(options: EdgeSystemOptions): System {
  const { env, config, verifier, reader, follow, observer } = options;
  const platform: Platform = {
    ...options.platform,
    fetch: (input, init) => env.INTERNET?.fetch(input, init) ?? options.platform.fetch(input, init),
  };
  const { now } = platform;
  const dnsMetrics = new DnsMetrics();
  const operator = { access: config.dnsAccess, token: config.dnsToken };
  return createSystem({
    reader,
    heads: headStore(env, config, reader),
    doh: createDoh(options, platform, dnsMetrics),
    purge: { cluster: config.cluster, verifier, follow, now },
    metrics: {
      text: () => observer.metrics.text(reader.loaded?.root, now()) + dnsMetrics.text(),
      ...operator,
    },
    state: createState(options, platform),
    gate: createGate({ ...operator, accessApplication: config.accessApplication }, platform),
    explain: {
      view: () => reader.view(),
      ...operator,
      systemHost: config.systemHost,
      zone: config.zone,
    },
    now,
  });
}

function createDoh(
  { config, reader, peers, nameGeneration }: EdgeSystemOptions,
  platform: Platform,
  metrics: DnsMetrics,
): System {
  const { dnsAccess: access, dnsToken: token } = config;
  const answer = createDohHandler({ access, token, limitPeers: peers, metrics }, platform);
  return async (request, client) => {
    // Who may ask and what the answer is are read from one generation.
    let view: Promise<Generation | undefined> | Generation | undefined;
    const response = await answer(request, client, (unreadable?: SnapshotView) => {
      if (unreadable === undefined) view ??= servedView(reader);
      else view = reader.insteadOf(unreadable);
      return view;
    });
    return nameGeneration(response, await view, request, client);
  };
}

async function servedView(reader: SnapshotReader) {
  try {
    return await reader.view();
  } catch (error) {
    if (error instanceof SnapshotUnavailableError) return undefined;
    throw error;
  }
}

/** Until a page is there that was asked for, with its style and script. */
const BACKGROUND_MS = 1_000;

function createState(
  { env, config: { cluster }, verifier, reader, pools, observer }: EdgeSystemOptions,
  platform: Platform,
): EdgeState {
  const { now, delay, waitUntil } = platform;
  const place = { cluster, verifier, get: kvGet(env.KV), now, delay };
  const report = createReportReader(place);
  const history = createHistory({
    ...place,
    list: (prefix, cursor) => kvList(env, prefix, cursor),
    served: () => reader.loaded?.text,
  });
  return new EdgeState({
    reader,
    agent: async () => agentFacts(await report.read(), now()),
    traffic: () => trafficFacts(observer.traffic.snapshot()),
    failures: () => observer.failures.list(),
    poolOf: (service, port) => pools.known(service, port),
    askDns: createDnsAsker(platform),
    history: historySource(history),
    // At once, hundreds of reads would hold the response up.
    background: (work) => waitUntil(delay(BACKGROUND_MS).then(work)),
    now,
  });
}

const kvList = async ({ KV }: EdgeEnv, prefix: string, cursor: string | undefined) => {
  const page = await KV.list({ prefix, ...(cursor !== undefined && { cursor }) });
  return { keys: page.keys, cursor: page.list_complete ? undefined : page.cursor };
};

function headStore({ HEAD: namespace }: EdgeEnv, { cluster }: EdgeConfig, reader: SnapshotReader): HeadStore {
  // Without a Durable Object the head is the agent's to write, in KV: what is handed in serves this isolate only.
  if (namespace === undefined) {
    return {
      read: async () => reader.loaded?.text,
      offer: async (_, text) => reader.offer(text),
    };
  }
  return {
    read: async () => namespace.getByName(cluster).read(),
    offer: async (generation, text) => namespace.getByName(cluster).offer(generation, text),
  };
}
