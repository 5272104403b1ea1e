/** A cluster, an edge, upstreams, and as many agents as a scenario wants. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { get, getTls, type TlsAnswer } from "../../support/client.ts";
import { Lintel, run } from "../../support/lintel.ts";
import type { ClusterClient } from "./client.ts";
import type { Cluster } from "./cluster.ts";
import { eventually } from "./eventually.ts";
import { Upstreams } from "./upstreams.ts";

/** Where the served Ingresses are to be reached, as far as their status goes (RFC 5737). */
export const STATUS_ADDRESS = "198.51.100.7";

export interface AgentSpec {
  /** An agent that comes back under its name takes its Lease up again at once. */
  readonly identity: string;
  /** Where its KV API is; the edge's unless given. */
  readonly kvUrl?: string;
  /** Publishes under this name. */
  readonly cluster?: string;
  readonly leaseName?: string;
  /** Which class it serves; the scene's unless given. */
  readonly className?: string;
}

export interface Scene {
  readonly cluster: Cluster;
  readonly client: ClusterClient;
  readonly upstreams: Upstreams;
  /** The class that the agents serve. */
  readonly className: string;
  /** The edge's ports on loopback. */
  readonly http: number;
  readonly https: number;
  /** The edge's KV API. */
  readonly kvUrl: string;
  readonly agent: (spec: AgentSpec) => Lintel;
  /** The upstream's name, or the status where none answered. */
  readonly ask: (host: string) => Promise<string | number>;
  readonly askTls: (host: string, ca: string) => Promise<TlsAnswer>;
  /** Asks until that is the answer. */
  readonly answers: (host: string, answer: string | number) => Promise<void>;
  /** Ends everything, the cluster too. */
  close(): Promise<void>;
}

const FREE = "127.0.0.1:0";
const ENVIRONMENT = { LINTEL_API_TOKEN: "e2e", LINTEL_DNS_TOKEN: "e2e" };

export async function openScene(cluster: Cluster): Promise<Scene> {
  const base = await mkdtemp(join(tmpdir(), "lintel-cluster-"));
  const keys = join(base, "keys");
  await run(["keys", "--out", keys]);
  const upstreams = new Upstreams();
  const listen = ["--http", FREE, "--https", FREE, "--api", FREE];
  const places = ["--keys", keys, "--state", join(base, "edge"), "--targets", `${upstreams.address}/32`];
  const edge = new Lintel(["edge", ...listen, ...places], ENVIRONMENT);
  const http = Number((await edge.printed(/HTTP +http:\/\/127\.0\.0\.1:(\d+)/))[1]);
  const https = Number((await edge.printed(/HTTPS +https:\/\/127\.0\.0\.1:(\d+)/))[1]);
  const [, kvUrl = ""] = await edge.printed(/KV API +(\S+)/);
  const agents: Lintel[] = [];
  const { namespace } = cluster;

  async function ask(host: string): Promise<string | number> {
    const { status, body } = await get(http, host, "/");
    return status === 200 ? body : status;
  }

  return {
    cluster,
    client: cluster.client,
    upstreams,
    className: namespace,
    http,
    https,
    kvUrl,
    agent({ identity, kvUrl: url = kvUrl, cluster: name = "default", leaseName, className = namespace }) {
      const flags = {
        kubeconfig: cluster.kubeconfig,
        namespaces: namespace,
        "ingress-class": className,
        cluster: name,
        "kv-url": url,
        keys,
        "status-address": STATUS_ADDRESS,
        identity,
        "lease-namespace": namespace,
        "lease-name": leaseName,
        "log-level": "debug",
      };
      const given = Object.entries(flags).filter(([, value]) => value !== undefined);
      const args = given.map(([flag, value]) => `--${flag}=${value}`);
      const agent = new Lintel(["agent", ...args], ENVIRONMENT);
      agents.push(agent);
      return agent;
    },
    ask,
    askTls: (host, ca) => getTls(https, host, "/", { ca }),
    async answers(host, answer) {
      await eventually(
        () => ask(host),
        (found) => found === answer,
      );
    },
    async close() {
      await Promise.all(agents.map((agent) => agent.stop()));
      await edge.stop();
      await upstreams.close();
      await cluster.close();
      await rm(base, { recursive: true, force: true });
    },
  };
}
