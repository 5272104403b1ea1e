/** The agent on manifest files, as `up` and `agent` run it. */
import { join } from "node:path";
import { loadSealer, loadSigner, loadVerifier, type PodMode } from "../contract/index.ts";
import { type Agent, createAgent } from "../sync-agent/agent.ts";
import { createManifestSource } from "../sync-agent/cluster/manifest-source.ts";
import { compile, type Compiled } from "../sync-agent/compile/compile.ts";
import { createCloudflareKv } from "../sync-agent/publish/cloudflare-kv.ts";
import { createPublisher } from "../sync-agent/publish/publisher.ts";
import type { Timing } from "../sync-agent/timing.ts";
import type { Keys } from "./key-files.ts";
import type { Log } from "./log.ts";

export interface ManifestAgentOptions {
  readonly manifests: string;
  readonly state: string;
  readonly cluster: string;
  readonly clusterDomain: string;
  readonly dnsPods: PodMode;
  readonly adoptClass: readonly string[];
  readonly systemHost: string;
  readonly keys: Pick<Keys, "signingKey" | "publicKey" | "sealingKey">;
  readonly kv: {
    readonly url: string;
    readonly token: string;
    readonly accountId: string;
    readonly namespaceId: string;
  };
  readonly headUrl?: string | undefined;
  readonly timing?: Partial<Timing>;
  readonly log: Log;
}

export interface ManifestAgent extends Agent {
  /** What was compiled last. */
  compiled(): Compiled | undefined;
}

/** CoreDNS's default, in seconds. */
const DNS_TTL = 5;

/** @throws MalformedError for a key that is none. */
export async function createManifestAgent(options: ManifestAgentOptions): Promise<ManifestAgent> {
  const { keys, kv, log } = options;
  const [sealer, signer, verifier] = await Promise.all([
    loadSealer(keys.sealingKey),
    loadSigner(keys.signingKey),
    loadVerifier(keys.publicKey),
  ]);
  let last: Compiled | undefined;
  const agent = createAgent({
    source: createManifestSource({ path: options.manifests, lastGood: join(options.state, "last-good") }),
    compile: async (state) => {
      last = await compile(state, {
        adoptedClasses: options.adoptClass,
        systemHost: options.systemHost,
        dns: { domain: options.clusterDomain, ttl: DNS_TTL, pods: options.dnsPods },
        now: Date.now(),
        sealer,
      });
      return last;
    },
    publisher: createPublisher({
      cluster: options.cluster,
      kv: createCloudflareKv({
        accountId: kv.accountId,
        namespaceId: kv.namespaceId,
        apiToken: kv.token,
        baseUrl: kv.url,
      }),
      headUrl: options.headUrl,
      signer,
      verifier,
      log,
      now: () => Date.now(),
    }),
    log,
    timing: options.timing,
  });
  return { ...agent, compiled: () => last };
}
