import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { type EmbeddedEdge, startEdge } from "../../embedded-edge/index.ts";
import { UNLIMITED_TIMING } from "../../sync-agent/timing.ts";
import { workerBundle } from "../bundle.ts";
import { corefiles } from "../corefile.ts";
import { requireToken } from "../dns-access.ts";
import { greeting } from "../greeting.ts";
import { ensureKeys } from "../key-files.ts";
import { createLog } from "../log.ts";
import { manifestSource } from "../manifests.ts";
import { createPublishingAgent, type PublishingAgent } from "../publishing-agent.ts";
import { stoppable } from "../stoppable.ts";
import type { UpFlags } from "../up.ts";

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
    log,
  });
  let agent: PublishingAgent | undefined;
  await stoppable(
    async (ended) => {
      const kv = { ...api, url: edge.api.url };
      // This edge's own KV takes as many writes a second as come.
      agent = await createPublishingAgent({
        ...flags,
        source: manifestSource(flags.manifests, flags.state),
        corefiles: corefiles(flags),
        keys,
        kv,
        certificates: "sealed",
        timing: { ...UNLIMITED_TIMING, spacing: 0 },
        log,
      });
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
