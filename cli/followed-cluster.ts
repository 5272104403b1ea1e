/** A Kubernetes cluster as the agent follows it. The client library takes a second to load: import this when it is needed. */
import { hostname } from "node:os";
import { randomBytes } from "node:crypto";
import { systemClock } from "../sync-agent/clock.ts";
import {
  createKubernetesSource,
  type KubernetesSourceOptions,
} from "../sync-agent/cluster/kubernetes/kubernetes-source.ts";
import type { LoadBalancerAddress } from "../sync-agent/cluster/state.ts";
import { createKubeClient } from "../sync-agent/kubernetes/kube-client.ts";
import { defaultNamespace } from "../sync-agent/kubernetes/load-config.ts";
import { createLeaseLeadership } from "../sync-agent/lease/election.ts";
import { createKubernetesReporter } from "../sync-agent/report/kubernetes-reporter.ts";
import type { AgentMetrics } from "../sync-agent/report/metrics.ts";
import type { Followed } from "./followed.ts";
import type { Log } from "./log.ts";

export interface FollowedClusterOptions {
  /** Without one, the cluster that this process runs in. */
  readonly kubeconfig?: string | undefined;
  readonly namespaces: readonly string[];
  readonly pods: KubernetesSourceOptions["pods"];
  /** `namespace/name` of ConfigMaps that are read besides those that Ingresses name. */
  readonly configMaps: readonly string[];
  /** As well, of Secrets. */
  readonly secrets: readonly string[];
  readonly cluster: string;
  readonly statusAddress: readonly LoadBalancerAddress[];
  readonly leaseNamespace?: string | undefined;
  readonly leaseName?: string | undefined;
  readonly identity?: string | undefined;
  readonly userAgent: string;
  readonly metrics: AgentMetrics;
  readonly log: Log;
}

/** @throws KubeConfigError when the options lead to no API server. */
export async function followCluster(options: FollowedClusterOptions): Promise<Followed> {
  const { cluster, log, metrics } = options;
  const client = await createKubeClient({ kubeconfig: options.kubeconfig, userAgent: options.userAgent });
  // Hosts' names repeat, in a network and over time; a Lease needs an identity that does not.
  const identity = options.identity ?? `${hostname()}-${randomBytes(4).toString("hex")}`;
  const common = { client, clock: systemClock, log };
  const source = createKubernetesSource({
    ...common,
    namespaces: options.namespaces,
    pods: options.pods,
    named: { ConfigMap: options.configMaps, Secret: options.secrets },
    observer: metrics.source,
  });
  return {
    identity,
    source,
    health: () => source.health(),
    leadership: createLeaseLeadership({
      ...common,
      namespace: options.leaseNamespace ?? (await defaultNamespace({ kubeconfig: options.kubeconfig })),
      name: options.leaseName ?? `lintel-agent-${cluster}`,
      identity,
      random: Math.random,
      observer: metrics.lease,
    }),
    reporter: createKubernetesReporter({
      ...common,
      statusAddresses: options.statusAddress,
      cluster,
      identity,
      random: Math.random,
      observer: metrics.reporter,
    }),
    close: () => client.close(),
  };
}
