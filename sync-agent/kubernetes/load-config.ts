/** Which API server to talk to, as whom, and in which namespace by default. */
import type { Cluster, KubeConfig } from "@kubernetes/client-node";
import { KubeConfigError } from "./config-error.ts";
import { loadInCluster, type PodAccount, podAccount } from "./in-cluster.ts";
import { loadKubeconfig } from "./kubeconfig-file.ts";

export interface KubeConfigOptions {
  /** A kubeconfig file. Without one, the account of the pod in which this process runs. */
  readonly kubeconfig?: string | undefined;
  /** A context of the file, other than its current one. */
  readonly context?: string | undefined;
  /** Where to look for the pod's account, if not in the usual place. */
  readonly inCluster?: PodAccount | undefined;
}

export interface LoadedConfig {
  readonly config: KubeConfig;
  readonly cluster: Cluster;
  /** Of the context, or of the pod. */
  readonly namespace: string | undefined;
}

/** @throws KubeConfigError when that leads to no API server. */
export async function loadConfig(options: KubeConfigOptions): Promise<LoadedConfig> {
  const { kubeconfig, context, inCluster = podAccount() } = options;
  const config = kubeconfig === undefined ? await loadInCluster(inCluster) : await loadKubeconfig(kubeconfig);
  const subject = kubeconfig === undefined ? "in-cluster" : `--kubeconfig ${kubeconfig}`;
  if (context !== undefined) config.setCurrentContext(context);
  return { config, ...currentOf(config, subject) };
}

/**
 * The namespace that commands work in when they are told none: the context's, or the pod's own; else `default`, as
 * kubectl has it.
 *
 * @throws KubeConfigError as loadConfig does.
 */
export async function defaultNamespace(options: KubeConfigOptions): Promise<string> {
  const { namespace } = await loadConfig(options);
  return namespace ?? "default";
}

function currentOf(config: KubeConfig, subject: string): Pick<LoadedConfig, "cluster" | "namespace"> {
  // The types say that there always is one.
  const name = config.getCurrentContext() as string | undefined;
  const context = name === undefined || name === "" ? null : config.getContextObject(name);
  if (context === null) {
    const problem = name ? `has no context ${JSON.stringify(name)}` : "has no current context";
    const remedy = "choose one with `kubectl --kubeconfig FILE config use-context NAME`";
    throw new KubeConfigError(subject, problem, remedy);
  }
  const cluster = config.getCluster(context.cluster);
  if (cluster === null) {
    const problem = `its context ${JSON.stringify(name)} names the cluster ${JSON.stringify(context.cluster)}, which the file does not have`;
    throw new KubeConfigError(subject, problem, "add it with `kubectl config set-cluster`");
  }
  if (!URL.canParse(cluster.server) || !/^https?:$/.test(new URL(cluster.server).protocol)) {
    const problem = `the server ${JSON.stringify(cluster.server)} of its cluster is no http or https URL`;
    throw new KubeConfigError(subject, problem, "correct it with `kubectl config set-cluster`");
  }
  // Without a user there are no TLS settings either, as the library has it.
  if (config.getUser(context.user) === null) {
    const problem = `its context ${JSON.stringify(name)} names the user ${JSON.stringify(context.user)}, which the file does not have`;
    throw new KubeConfigError(subject, problem, "add it with `kubectl config set-credentials`");
  }
  return { cluster, namespace: context.namespace };
}
