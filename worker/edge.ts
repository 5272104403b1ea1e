/** Puts the edge together from what the platform hands to the Worker. */
import { loadVerifier, type Verifier } from "../contract/index.ts";
import { clientOf } from "./client.ts";
import { type EdgeConfig, type EdgeEnv, readConfig } from "./env.ts";
import { createCaching } from "./ingress/caching.ts";
import { errorPage, type Problem } from "./ingress/error-page.ts";
import { forwarder, GatewayUnreachableError } from "./ingress/forward.ts";
import type { Caching } from "./ingress/filters/filter.ts";
import { gatewayOf } from "./ingress/gateway.ts";
import {
  createIngress,
  hostnameOf,
  type Ingress,
  type IngressRequest,
  type Render,
} from "./ingress/handler.ts";
import { DEBUG_HEADER, requestIdOf } from "./ingress/headers.ts";
import { Pools } from "./ingress/pool.ts";
import { createProxy } from "./ingress/proxy.ts";
import { ReadHeaders } from "./ingress/read-headers.ts";
import { createTargets } from "./ingress/targets/targets.ts";
import type { LimitPeers } from "./limits/exchange.ts";
import { limitPeers } from "./limits/peers.ts";
import { errorText } from "./log.ts";
import { generationNaming, type NameGeneration } from "./named-generation.ts";
import type { EdgeMetrics } from "./observe/edge-metrics.ts";
import type { RequestFacts } from "./observe/facts.ts";
import { EndedRequest } from "./observe/ended-request.ts";
import { Observer } from "./observe/observer.ts";
import type { Platform } from "./platform.ts";
import { SnapshotUnavailableError } from "./snapshot/errors.ts";
import type { Generation } from "./snapshot/generation.ts";
import { kvGet, kvHeadSource, objectHeadSource } from "./snapshot/head-source.ts";
import { SnapshotReader } from "./snapshot/reader.ts";
import { retriedGet } from "./snapshot/retried-get.ts";
import { ShardCache } from "./snapshot/shard-cache.ts";
import type { MaybePromise } from "./snapshot/view.ts";
import type { System } from "./system/app.ts";
import { createEdgeSystem } from "./system/edge-system.ts";
import { operatorRefusal } from "./system/operator.ts";

/** Texts of shards in memory, a byte a character: 20,000 hosts with ten routes each and their Services. */
const SHARD_BUDGET_BYTES = 32 * 1024 * 1024;
/**
 * Texts of the records that are decoded: 12,000 hosts with ten routes each and their Services. With what is made of them
 * they take one to two times that beside the texts. Hosts asked for in turn beyond it are decoded anew each time.
 */
const RECORD_BUDGET_BYTES = 24 * 1024 * 1024;

export type Edge = (request: Request) => Promise<Response>;

/** @throws ConfigError */
export function createEdge(env: EdgeEnv, platform: Platform): Edge {
  const config = readConfig(env);
  const { cluster } = config;
  const verifier = loadVerifier(config.publicKey);
  const observer = createObserver(env, config, platform);
  const { metrics } = observer;
  const reader = createReader(env, config, verifier, platform, metrics);
  const { HEAD } = env;
  const peers = env.LIMITS && limitPeers(env.LIMITS, cluster);
  const { caching, follow } = createCaching(HEAD && (() => HEAD.getByName(cluster)), platform);
  const nameGeneration = generationNaming({ access: config.dnsAccess, token: config.dnsToken });
  const render: Render = (problem, { request, requestId }) =>
    errorPage(problem, request.headers.get("accept"), requestId, platform.now);
  const dataPath = createDataPath(env, config, platform, render, caching, peers, observer);
  // No proxied request needs the resolver, the pages and the endpoints of the edge's own (docs/adr/0011).
  let made: System | undefined;
  const system: System = (request, client) => {
    made ??= createEdgeSystem({
      env,
      config,
      verifier,
      reader,
      peers,
      follow,
      nameGeneration,
      observer,
      pools: dataPath.pools,
      platform,
    });
    return made(request, client);
  };
  return createDispatch(config, reader, system, dataPath.ingress, render, nameGeneration, platform, observer);
}

function createObserver(
  { METRICS: dataset }: EdgeEnv,
  config: EdgeConfig,
  { now, log, random, tracing }: Platform,
): Observer {
  const hasListener = config.clientSecret !== "";
  const { dnsAccess: access, dnsToken: token } = config;
  return new Observer({
    cluster: config.cluster,
    accessLog: config.accessLog,
    sampled: config.traceSampling,
    hasListener,
    now,
    log,
    random,
    fill: (bytes) => crypto.getRandomValues(bytes),
    isOperator: (client, shown) =>
      operatorRefusal({ access, token }, client, `Bearer ${shown}`) === undefined,
    dataset,
    // Nothing collects what workerd traces on this machine.
    tracing: hasListener ? undefined : tracing,
  });
}

function createReader(
  env: EdgeEnv,
  config: EdgeConfig,
  verifier: Promise<Verifier>,
  { waitUntil, now, delay, log }: Platform,
  metrics: EdgeMetrics,
): SnapshotReader {
  const get = retriedGet(kvGet(env.KV), delay);
  const inKv = kvHeadSource(config.cluster, get);
  return new SnapshotReader({
    cluster: config.cluster,
    verifier,
    heads: env.HEAD === undefined ? [inKv] : [objectHeadSource(config.cluster, env.HEAD), inKv],
    shards: new ShardCache({
      cluster: config.cluster,
      get,
      budgetBytes: SHARD_BUDGET_BYTES,
      recordBudgetBytes: RECORD_BUDGET_BYTES,
      now,
      delay,
      keepAlive: waitUntil,
    }),
    now,
    delay,
    keepAlive: waitUntil,
    onRefused: (error) => {
      metrics.headFailed();
      log("warn", { cluster: config.cluster, error: errorText(error) }, "head not followed");
    },
    onUnverified: () => metrics.rootRefused(),
    onCaughtUp: async (generation, text) => env.HEAD?.getByName(config.cluster).offer(generation, text),
  });
}

function createDataPath(
  env: EdgeEnv,
  config: EdgeConfig,
  platform: Platform,
  render: Render,
  caching: Caching | undefined,
  limitPeers: LimitPeers | undefined,
  { metrics, traffic }: Observer,
): { readonly ingress: Ingress; readonly pools: Pools } {
  const { fetch, random, now, log } = platform;
  const gateway = gatewayOf({ cluster: env.CLUSTER, origin: config.gatewayUrl, fetch });
  const pools = new Pools({
    random,
    now,
    zone: config.zone,
    onEject: (service) => {
      metrics.ejected(service);
      log("warn", { service }, "an endpoint is left out for a while");
    },
  });
  const forward = forwarder(gateway, config.gatewaySecret);
  const proxy = createProxy({
    pools,
    forward,
    random,
    now,
    secret: config.gatewaySecret,
    onFault: (fault, upstream, route) => {
      metrics.failed(route, fault);
      log("warn", { fault, upstream, ingress: route.ingress }, "upstream failed");
    },
    onRetry: ({ facts }) => traffic.failed(facts),
  });
  const targets = createTargets({
    ...platform,
    pools,
    forward,
    ingress: (view, incoming) => ingress(view, incoming),
    fetch: (request) => env.INTERNET?.fetch(request) ?? fetch(request),
  });
  const ingress: Ingress = createIngress(proxy, render, {
    ...platform,
    targets,
    caching,
    limitPeers,
  });
  return { ingress, pools };
}

/** A request for a host that is served, with all that is known of it so far. */
type Arrived = IngressRequest & Required<Pick<IngressRequest, "headers" | "facts">>;

const BAD_HOST: Problem = { status: 400, detail: "The host of this URL is malformed." };
const STRANGER: Problem = { status: 400, detail: "This request did not come through the edge's listener." };
const NO_SNAPSHOT: Problem = {
  status: 503,
  detail: "The edge has no configuration to serve this request from.",
};
const NO_GATEWAY: Problem = { status: 502, detail: "The edge cannot reach the cluster." };
const BROKEN: Problem = { status: 500, detail: "The edge failed to serve this request." };

function createDispatch(
  config: EdgeConfig,
  reader: SnapshotReader,
  system: System,
  ingress: Ingress,
  render: Render,
  nameGeneration: NameGeneration,
  { log }: Pick<Platform, "log">,
  observer: Observer,
): Edge {
  /** One generation serves a request whole: the current one, or another where that cannot be read. */
  async function serve(incoming: Arrived) {
    const found = reader.view(hostnameOf(incoming.url));
    const view = found instanceof Promise ? await found : found;
    incoming.facts.generation = view.root.generation;
    try {
      return named(await ingress(view, incoming), view, incoming);
    } catch (error) {
      // Configuration is read before anything is forwarded, so nothing happens twice.
      const other = error instanceof SnapshotUnavailableError ? reader.insteadOf(view) : undefined;
      if (other === undefined) throw error;
      return named(await ingress(other, incoming), other, incoming);
    }
  }

  function named(response: Response, view: Generation, { request, client, headers }: Arrived): Response {
    return headers.get(DEBUG_HEADER) === null ? response : nameGeneration(response, view, request, client);
  }

  function problemOf(error: unknown, requestId: string): Problem {
    log("error", { requestId, error: errorText(error), cause: causeText(error) }, "request failed");
    if (error instanceof SnapshotUnavailableError) return NO_SNAPSHOT;
    return error instanceof GatewayUnreachableError ? NO_GATEWAY : BROKEN;
  }

  function outcomeOf(
    request: Request,
    url: URL,
    headers: ReadHeaders,
    requestId: string,
    facts: RequestFacts,
  ): MaybePromise<Response | Problem> {
    const client = clientOf(headers, url, config.clientSecret, request);
    if (client === undefined) return STRANGER;
    facts.client = client;
    if (url.hostname.includes("..")) return BAD_HOST;
    if (!config.systemHosts.has(hostnameOf(url))) {
      return serve({ request, url, client, requestId, headers, facts });
    }
    facts.isSystem = true;
    return system(request, client);
  }

  return async (request) => {
    const headers = new ReadHeaders(request.headers);
    const requestId = requestIdOf(headers);
    const span = observer.span();
    const facts = observer.begins({ headers }, span);
    let url: URL | undefined;
    let outcome: Response | Problem;
    try {
      url = new URL(request.url);
      const found = outcomeOf(request, url, headers, requestId, facts);
      outcome = found instanceof Promise ? await found : found;
    } catch (error) {
      outcome = problemOf(error, requestId);
    }
    const response = outcome instanceof Response ? outcome : render(outcome, { request, requestId });
    return observer.ends(facts, new EndedRequest(request, headers, url, requestId, span), response);
  };
}

function causeText(error: unknown): string | undefined {
  return error instanceof Error && error.cause !== undefined ? errorText(error.cause) : undefined;
}
