import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { type EmbeddedEdge, startEdge } from "../../embedded-edge/index.ts";
import { systemClock } from "../../sync-agent/clock.ts";
import { createHealth, createRoundWatch } from "../../sync-agent/report/health.ts";
import { UNLIMITED_TIMING } from "../../sync-agent/timing.ts";
import { workerBundle } from "../bundle.ts";
import { accessLogOf } from "../access-log.ts";
import { corefiles } from "../corefile.ts";
import { requireToken } from "../dns-access.ts";
import { greeting } from "../greeting.ts";
import { followManifests } from "../followed.ts";
import { ensureKeys } from "../key-files.ts";
import { createLog } from "../log.ts";
import { createPublishingAgent, type PublishingAgent } from "../publishing-agent.ts";
import { stoppable } from "../stoppable.ts";
import type { UpFlags } from "../up.ts";

/** A write to this edge's own KV costs nothing. */
const HEARTBEAT_SECONDS = 60;

export async function runUp(flags: UpFlags): Promise<void> {
  requireToken(flags);
  const log = createLog(flags.logLevel);
  const keys = await ensureKeys(join(flags.state, "keys"));
  // The agent publishes as it would to an edge elsewhere; only the two of them know the way.
  const api = {
    host: "127.0.0.1",
    port: 0,
    token: randomBytes(32).toString("base64url"),
    accountId: "lintel",
    namespaceId: "lintel",
  };
  const edge = await startEdge({
    ...flags,
    ...keys,
    dnsToken: flags.dnsToken,
    api,
    bundle: await workerBundle(),
    ...accessLogOf(flags),
    log,
  });
  let agent: PublishingAgent | undefined;
  await stoppable(
    async (ended) => {
      const kv = { ...api, url: edge.api.url };
      const followed = followManifests(flags.manifests, flags.state);
      const health = createHealth({
        rounds: createRoundWatch(systemClock),
        source: followed.health,
        status: () => publishing.status(),
        leading: () => true,
      });
      // This edge's own KV takes as many writes a second as come.
      const publishing = await createPublishingAgent({
        ...flags,
        source: followed.source,
        corefiles: corefiles(flags),
        keys,
        kv,
        certificates: "sealed",
        self: {
          id: followed.identity,
          mode: "manifests",
          checks: () => health.ready(),
          heartbeat: HEARTBEAT_SECONDS,
        },
        timing: { ...UNLIMITED_TIMING, spacing: 0 },
        log,
      });
      agent = publishing;
      await agent.start();
      await agent.settled();
      process.stdout.write(greetingOf(edge, agent, flags));
      await ended;
    },
    async () => {
      await agent?.close();
      await edge.close();
    },
  );
}

function greetingOf({ http, https, caFile }: EmbeddedEdge, agent: PublishingAgent, flags: UpFlags): string {
  return greeting({
    http: http ?? flags.http,
    https: https ?? flags.https,
    caFile,
    systemHost: flags.systemHost,
    clusterDomain: flags.clusterDomain,
    compiled: agent.compiled(),
    generation: agent.status().generation,
  });
}
