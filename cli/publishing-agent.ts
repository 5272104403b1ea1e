/** The agent as the commands run it: a source of cluster state, compiled and published to a KV store. */
import { loadSealer, loadSigner, loadVerifier, type PodMode } from "../contract/index.ts";
import { type Agent, createAgent } from "../sync-agent/agent.ts";
import { createCertificateStore } from "../sync-agent/certificates/create-store.ts";
import type { CertificateMode } from "../sync-agent/certificates/desired.ts";
import { createCertificateReconciler } from "../sync-agent/certificates/reconciler.ts";
import { systemClock } from "../sync-agent/clock.ts";
import { createJoin } from "../sync-agent/joined.ts";
import type { ClusterSource, LoadBalancerAddress } from "../sync-agent/cluster/state.ts";
import { compile, type Compiled, CompileMemory } from "../sync-agent/compile/compile.ts";
import type { Leadership } from "../sync-agent/leadership.ts";
import { CLOUDFLARE_API_URL } from "../sync-agent/publish/api-url.ts";
import { createCloudflareKv } from "../sync-agent/publish/cloudflare-kv.ts";
import { observedKv } from "../sync-agent/publish/observed-kv.ts";
import { createPublisher } from "../sync-agent/publish/publisher.ts";
import { retriedKv } from "../sync-agent/publish/retried-kv.ts";
import type { Check, RoundWatch } from "../sync-agent/report/health.ts";
import type { AgentMetrics } from "../sync-agent/report/metrics.ts";
import type { Reporter } from "../sync-agent/report/reporter.ts";
import {
  CLOUDFLARE_SPACING_MS,
  createSelfReporter,
  EDGE_SPACING_MS,
} from "../sync-agent/report/self-report.ts";
import type { Timing } from "../sync-agent/timing.ts";
import type { Warning } from "../sync-agent/warning.ts";
import type { Corefiles } from "./corefile.ts";
import type { Keys } from "./key-files.ts";
import type { Log } from "./log.ts";
import { VERSION } from "./version.ts";

export interface KvTarget {
  readonly url: string;
  readonly token: string;
  readonly accountId: string;
  readonly namespaceId: string;
}

export interface PublishingAgentOptions {
  readonly source: ClusterSource;
  readonly leadership?: Leadership | undefined;
  readonly reporter?: Reporter | undefined;
  readonly metrics?: AgentMetrics | undefined;
  readonly rounds?: RoundWatch | undefined;
  /** What this agent tells the edge about itself. */
  readonly self: {
    readonly id: string;
    readonly mode: "cluster" | "manifests";
    readonly checks: () => readonly Check[];
    /** In seconds; 0 for none. */
    readonly heartbeat: number;
  };
  readonly certificates: CertificateMode;
  /** Empty for all that the API token may see. */
  readonly zoneId?: readonly string[];
  readonly cluster: string;
  readonly clusterDomain: string;
  readonly dnsPods: PodMode;
  readonly ingressClass: string;
  readonly adoptClass: readonly string[];
  /** `namespace/name` of ingress-nginx's own ConfigMap. */
  readonly controllerConfig: string;
  /** `namespace/name` of the Secret that says who may ask the resolver. */
  readonly dnsAccessSecret: string;
  readonly corefiles: Corefiles;
  readonly externalZone?: readonly string[] | undefined;
  /** Where Ingresses are reached whose status says nothing. */
  readonly statusAddress?: readonly LoadBalancerAddress[] | undefined;
  readonly systemHost: string;
  readonly keys: Pick<Keys, "signingKey" | "publicKey" | "sealingKey">;
  readonly kv: KvTarget;
  readonly headUrl?: string | undefined;
  readonly timing?: Partial<Timing>;
  readonly log: Log;
}

export interface PublishingAgent extends Agent {
  /** What was compiled last. */
  compiled(): Compiled | undefined;
}

/** CoreDNS's default, in seconds. */
const DNS_TTL = 5;

/** @throws MalformedError for a key that is none. */
export async function createPublishingAgent(options: PublishingAgentOptions): Promise<PublishingAgent> {
  const { keys, kv, log } = options;
  const [sealer, signer, verifier] = await Promise.all([
    loadSealer(keys.sealingKey),
    loadSigner(keys.signingKey),
    loadVerifier(keys.publicKey),
  ]);
  const metrics = options.metrics;
  const api = { accountId: kv.accountId, apiToken: kv.token, baseUrl: kv.url };
  const plainStore = createCloudflareKv({ ...api, namespaceId: kv.namespaceId });
  const observed = metrics === undefined ? plainStore : observedKv(plainStore, metrics.kv);
  const store = retriedKv(observed, { random: Math.random });
  const memory = new CompileMemory();
  let last: Compiled | undefined;
  let certificateWarnings: readonly Warning[] = [];
  const certificates = createCertificateReconciler({
    store: createCertificateStore(options.certificates, {
      ...api,
      cluster: options.cluster,
      zoneIds: options.zoneId,
      kv: store,
      clock: systemClock,
    }),
    clock: systemClock,
    log,
    onWarnings(warnings) {
      certificateWarnings = warnings;
      agent.refresh();
    },
  });
  const joined = createJoin<Warning>();
  const agent = createAgent({
    source: options.source,
    leadership: options.leadership,
    reporter: options.reporter,
    selfReporter: createSelfReporter({
      cluster: options.cluster,
      agent: { id: options.self.id, version: VERSION, mode: options.self.mode },
      kv: store,
      signer,
      checks: options.self.checks,
      spacing: kv.url === CLOUDFLARE_API_URL ? CLOUDFLARE_SPACING_MS : EDGE_SPACING_MS,
      heartbeat: options.self.heartbeat * 1000,
      clock: systemClock,
      random: Math.random,
      log,
    }),
    observer: metrics?.agent,
    rounds: options.rounds,
    onPublished: (compiled: Compiled, signal) => certificates.update(compiled.certificates, signal),
    compile: async (state, published, publishedDns) => {
      const compiled = await compile(
        state,
        {
          ingressClass: options.ingressClass,
          adoptedClasses: options.adoptClass,
          controllerConfig: options.controllerConfig,
          dnsAccessSecret: options.dnsAccessSecret,
          externalZones: options.externalZone,
          statusAddresses: options.statusAddress,
          systemHost: options.systemHost,
          dns: { domain: options.clusterDomain, ttl: DNS_TTL, pods: options.dnsPods },
          now: Date.now(),
          sealer,
          certificates: options.certificates,
          lastGood: last?.lastGood,
          published,
          corefile: options.corefiles.origin(),
          environment: options.corefiles.environment,
          dnsMemory: last?.dnsMemory,
          publishedDns,
        },
        memory,
      );
      metrics?.snapshot(compiled);
      const warnings = joined(compiled.warnings, certificateWarnings);
      last = { ...compiled, warnings };
      return last;
    },
    publisher: createPublisher({
      cluster: options.cluster,
      kv: store,
      headUrl: options.headUrl,
      signer,
      verifier,
      log,
      now: () => Date.now(),
      observer: metrics?.publisher,
    }),
    log,
    timing: options.timing,
  });
  return {
    ...agent,
    async start() {
      await options.corefiles.start(() => agent.refresh());
      await agent.start();
    },
    compiled: () => last,
    async close() {
      options.corefiles.close();
      await agent.close();
      await certificates.close();
    },
  };
}
