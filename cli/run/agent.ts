import { systemClock } from "../../sync-agent/clock.ts";
import { CLOUDFLARE_API_URL } from "../../sync-agent/publish/api-url.ts";
import { createHealth, createRoundWatch } from "../../sync-agent/report/health.ts";
import { type Observability, startObservability } from "../../sync-agent/report/http-server.ts";
import { type AgentMetrics, createMetrics } from "../../sync-agent/report/metrics.ts";
import type { ClusterState } from "../../sync-agent/cluster/state.ts";
import { mayVerifyPods } from "../../sync-agent/compile/corefile-source.ts";
import { DEFAULT_TIMING, UNLIMITED_TIMING } from "../../sync-agent/timing.ts";
import type { AgentFlags } from "../agent.ts";
import { type Corefiles, corefiles } from "../corefile.ts";
import { type Followed, followManifests } from "../followed.ts";
import { readKeys } from "../key-files.ts";
import { createLog, type Log } from "../log.ts";
import { createPublishingAgent } from "../publishing-agent.ts";
import { stoppable } from "../stoppable.ts";
import { VERSION } from "../version.ts";

export async function runAgent(flags: AgentFlags): Promise<void> {
  const log = createLog(flags.logLevel);
  const keys = await readKeys(flags.keys, ["signingKey", "publicKey", "sealingKey"]);
  const metrics = createMetrics({ cluster: flags.cluster, version: VERSION });
  const rounds = createRoundWatch(systemClock);
  const configured = corefiles(flags);
  const isCloudflare = flags.kvUrl === CLOUDFLARE_API_URL;
  const timing = isCloudflare ? DEFAULT_TIMING : UNLIMITED_TIMING;
  const followed = await follow(flags, { metrics, log, corefiles: configured });
  const health = createHealth({
    rounds,
    source: followed.health,
    status: () => agent.status(),
    leading: () => followed.leadership.term() !== undefined,
  });
  const agent = await createPublishingAgent({
    ...flags,
    ...followed,
    corefiles: configured,
    metrics,
    rounds,
    self: {
      id: followed.identity,
      mode: flags.manifests === undefined ? "cluster" : "manifests",
      checks: () => health.ready(),
      heartbeat: flags.heartbeat,
    },
    certificates: flags.certificates ?? (isCloudflare ? "managed" : "sealed"),
    timing: { ...timing, spacing: flags.publishInterval ?? timing.spacing },
    keys,
    kv: {
      url: flags.kvUrl,
      token: flags.apiToken,
      accountId: flags.accountId,
      namespaceId: flags.namespaceId,
    },
    log,
  });
  metrics.follow({ status: () => agent.status(), source: followed.health });
  let observability: Observability | undefined;
  await stoppable(
    async (ended) => {
      observability = await startObservability({
        listen: flags.listen,
        metrics,
        health,
        log,
      });
      await agent.start();
      await ended;
    },
    async () => {
      await agent.close();
      await followed.close();
      await observability?.close();
    },
  );
}

/** A cluster, or files that stand for one. */
async function follow(
  flags: AgentFlags,
  { corefiles, ...parts }: { metrics: AgentMetrics; log: Log; corefiles: Corefiles },
): Promise<Followed> {
  if (flags.manifests !== undefined) {
    // Files have no rivals for who may write.
    parts.metrics.lease.leading(true);
    return followManifests(flags.manifests, flags.state);
  }
  const { followCluster } = await import("../followed-cluster.ts");
  const pods =
    flags.dnsPods === "verified" || ((state: ClusterState) => mayVerifyPods(state, corefiles.configMaps));
  // Without an adopted class nothing is asked of it.
  const controller = flags.adoptClass.length === 0 ? [] : [flags.controllerConfig];
  return followCluster({
    ...flags,
    ...parts,
    pods,
    configMaps: [...controller, ...corefiles.configMaps],
    secrets: [flags.dnsAccessSecret],
    userAgent: `lintel-agent/${VERSION}`,
  });
}
