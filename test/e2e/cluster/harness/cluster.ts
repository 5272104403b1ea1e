/** A namespace of the suite's own: in the double, or in the cluster that KUBECONFIG names (`npm run test:cluster`). */
import { randomBytes } from "node:crypto";
import { homedir } from "node:os";
import { join } from "node:path";
import { type ApiServer, startApiServer } from "../../../kubernetes/api-server/index.ts";
import { ClusterClient } from "./client.ts";

export interface Cluster {
  readonly kubeconfig: string;
  readonly client: ClusterClient;
  /** New, and of no other run: also what things that have no namespace are called by. */
  readonly namespace: string;
  /** `undefined` in a real cluster. */
  readonly double: ApiServer | undefined;
  /** Removes the namespace and all that is in it. */
  close(): Promise<void>;
}

/** Set by `npm run test:cluster`. Without it KUBECONFIG is nobody's business here: tests must not touch it by mistake. */
const IS_REAL = process.env["LINTEL_TEST_CLUSTER"] === "1";

export async function openCluster(): Promise<Cluster> {
  return IS_REAL ? openReal() : (await openDouble()).cluster;
}

/** For scenarios of which a real cluster is no part. */
export async function openDouble(): Promise<{ cluster: Cluster; double: ApiServer }> {
  const double = await startApiServer({ tls: true });
  const kubeconfig = await double.kubeconfig();
  const { client, namespace } = await createNamespace(kubeconfig);
  return { double, cluster: { kubeconfig, client, namespace, double, close: () => double.close() } };
}

async function openReal(): Promise<Cluster> {
  const kubeconfig = process.env["KUBECONFIG"] ?? join(homedir(), ".kube", "config");
  const { client, namespace } = await createNamespace(kubeconfig);
  return { kubeconfig, client, namespace, double: undefined, close: () => removeNamespace(client) };
}

async function createNamespace(kubeconfig: string) {
  const namespace = `lintel-e2e-${randomBytes(4).toString("hex")}`;
  const client = await ClusterClient.load(kubeconfig, namespace);
  await client.put({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  return { client, namespace };
}

const KINDS = ["Ingress", "Service", "EndpointSlice", "Secret", "Lease", "Event"];

async function removeNamespace(client: ClusterClient): Promise<void> {
  for (const kind of KINDS) await client.removeAll(kind);
  const { namespace } = client;
  const hasControllers = await client.untilAll("ConfigMap", () => true);
  await client.remove("Namespace", namespace);
  // A bare API server has nobody who would empty the namespace (kube-root-ca.crt would be theirs) and let it go.
  const left = await client.until("Namespace", namespace, () => true);
  if (left !== undefined && hasControllers.length === 0) await client.finalize(left);
  await client.until("Namespace", namespace, (object) => object === undefined);
}
