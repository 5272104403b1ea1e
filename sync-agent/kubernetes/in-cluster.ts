/** The API server and the account that Kubernetes gives to every pod (Kubernetes documentation, "Accessing the API from a Pod"). */
import { readFile } from "node:fs/promises";
import { isIPv6 } from "node:net";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { KubeConfigError } from "./config-error.ts";

/** Where a pod finds them. */
export interface PodAccount {
  /** The folder with `ca.crt`, `namespace` and `token`. */
  readonly folder: string;
  readonly host: string | undefined;
  readonly port: string | undefined;
}

export function podAccount(): PodAccount {
  return {
    folder: "/var/run/secrets/kubernetes.io/serviceaccount",
    host: process.env["KUBERNETES_SERVICE_HOST"],
    port: process.env["KUBERNETES_SERVICE_PORT"],
  };
}

const SUBJECT = "in-cluster";

/** @throws KubeConfigError outside of a cluster, and in a pod that is given no account. */
export async function loadInCluster({ folder, host, port }: PodAccount): Promise<KubeConfig> {
  if (host === undefined || host === "" || port === undefined || port === "") {
    throw new KubeConfigError(
      SUBJECT,
      "this process runs in no Kubernetes pod (KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set)",
      "name the cluster with --kubeconfig FILE, or read manifest files with --manifests PATH",
    );
  }
  const tokenFile = join(folder, "token");
  await requireAccount(tokenFile);
  const config = new KubeConfig();
  const server = `https://${isIPv6(host) ? `[${host}]` : host}:${port}`;
  const cluster = { name: SUBJECT, server, caFile: join(folder, "ca.crt"), skipTLSVerify: false };
  const user = { name: SUBJECT, authProvider: { name: "tokenFile", config: { tokenFile } } };
  const context = {
    name: SUBJECT,
    cluster: SUBJECT,
    user: SUBJECT,
    namespace: await namespaceIn(folder),
  };
  config.loadFromOptions({
    clusters: [cluster],
    users: [user],
    contexts: [context],
    currentContext: SUBJECT,
  });
  return config;
}

async function requireAccount(tokenFile: string): Promise<void> {
  try {
    await readFile(tokenFile);
  } catch (cause) {
    throw new KubeConfigError(
      SUBJECT,
      `the pod's service account token cannot be read (${(cause as Error).message})`,
      "do not set automountServiceAccountToken to false, or name the cluster with --kubeconfig FILE",
      { cause },
    );
  }
}

async function namespaceIn(folder: string): Promise<string | undefined> {
  try {
    return (await readFile(join(folder, "namespace"), "utf8")).trim() || undefined;
  } catch (error) {
    // A projected token may come without it.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
