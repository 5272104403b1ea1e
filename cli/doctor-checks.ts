/** Which checks a setup gets, by its flags. What they look at is in sync-agent/doctor. */
import { loadVerifier, MalformedError, type Verifier } from "../contract/index.ts";
import { createClient } from "../sync-agent/cloudflare-client.ts";
import { createZoneApi } from "../sync-agent/certificates/zone-api.ts";
import { checkToken } from "../sync-agent/doctor/api-token.ts";
import { checkCertificates } from "../sync-agent/doctor/certificates.ts";
import { checkClock } from "../sync-agent/doctor/clock.ts";
import { checkEdge } from "../sync-agent/doctor/edge.ts";
import { failed, type Finding, skip } from "../sync-agent/doctor/finding.ts";
import { checkGateway } from "../sync-agent/doctor/gateway.ts";
import { checkHead } from "../sync-agent/doctor/head.ts";
import { checkKeys, type KeyFolder } from "../sync-agent/doctor/keys.ts";
import { checkKubernetes } from "../sync-agent/doctor/kubernetes.ts";
import { checkKv, checkNamespace } from "../sync-agent/doctor/kv.ts";
import { KubeConfigError } from "../sync-agent/kubernetes/config-error.ts";
import { createKubeClient } from "../sync-agent/kubernetes/kube-client.ts";
import { defaultNamespace } from "../sync-agent/kubernetes/load-config.ts";
import { CLOUDFLARE_API_URL } from "../sync-agent/publish/api-url.ts";
import { createCloudflareKv } from "../sync-agent/publish/cloudflare-kv.ts";
import { createEdgeHead } from "../sync-agent/publish/edge-head.ts";
import type { DoctorFlags } from "./doctor.ts";
import { readKeyFolder } from "./key-folder.ts";

export interface Surroundings {
  readonly fetch: typeof fetch;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A text not used before. */
  readonly mark: string;
}

/** Of one request, in milliseconds. */
const TIMEOUT_MS = 10_000;

/** All checks at once; what they find in a fixed order. */
export async function findings(flags: DoctorFlags, around: Surroundings): Promise<Finding[]> {
  const keys = flags.keys === undefined ? undefined : await readKeyFolder(flags.keys);
  const groups = await Promise.all([
    keys === undefined ? [needs("keys", "--keys")] : checkKeys(keys),
    apiFindings(flags, around),
    headFindings(flags, keys, around),
    edgeFindings(flags, around),
    gatewayFindings(flags, keys, around),
    kubernetesFindings(flags),
  ]);
  return groups.flat();
}

function needs(name: string, flag: string): Finding {
  return skip(name, `not looked at without ${flag}`);
}

function kvOf({ kvUrl, apiToken, accountId, namespaceId }: DoctorFlags, { fetch }: Surroundings) {
  if (apiToken === undefined) return undefined;
  return createCloudflareKv({
    accountId,
    namespaceId,
    apiToken,
    baseUrl: kvUrl,
    timeoutMs: TIMEOUT_MS,
    fetch,
  });
}

async function apiFindings(flags: DoctorFlags, around: Surroundings): Promise<Finding[]> {
  const { kvUrl, accountId, namespaceId, cluster } = flags;
  const { fetch, now, mark } = around;
  const clock = { name: "clock api", url: kvUrl, fetch, now, timeoutMs: TIMEOUT_MS };
  const kv = kvOf(flags, around);
  if (flags.apiToken === undefined || kv === undefined) {
    return [needs("api token, kv, certificates", "--api-token")];
  }
  const access = { apiToken: flags.apiToken, baseUrl: kvUrl, timeoutMs: TIMEOUT_MS, fetch };
  const client = createClient(access);
  const mode = flags.certificates ?? (kvUrl === CLOUDFLARE_API_URL ? "managed" : "sealed");
  const api = createZoneApi({ ...access, accountId, zoneIds: flags.zoneId });
  const found = await Promise.all([
    checkToken({ client, accountId, now: now() }),
    checkNamespace({ client, accountId, namespaceId }),
    checkKv({ cluster, kv, mark }),
    checkClock(clock),
    checkCertificates({ mode, api, signal: new AbortController().signal }),
  ]);
  return found.flat();
}

async function headFindings(
  { headUrl, cluster }: DoctorFlags,
  keys: KeyFolder | undefined,
  { fetch }: Surroundings,
): Promise<Finding[]> {
  if (headUrl === undefined) return [needs("head", "--head-url")];
  const verifier = await verifierOf(keys);
  if (verifier === undefined) return [needs("head", "the public key of --keys")];
  return checkHead({ cluster, edge: createEdgeHead(headUrl, fetch, TIMEOUT_MS), verifier });
}

/** `undefined` also for a key that is none: the checks of the keys say so. */
async function verifierOf(keys: KeyFolder | undefined): Promise<Verifier | undefined> {
  if (keys?.publicKey.text === undefined) return undefined;
  try {
    return await loadVerifier(keys.publicKey.text);
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}

async function edgeFindings(flags: DoctorFlags, around: Surroundings): Promise<Finding[]> {
  const { headUrl, cluster } = flags;
  const systemUrl = flags.systemUrl ?? (headUrl === undefined ? undefined : new URL(headUrl).origin);
  if (systemUrl === undefined) return [needs("edge", "--system-url or --head-url")];
  const { fetch, now } = around;
  const asked = { fetch, timeoutMs: TIMEOUT_MS };
  const [edge, clock] = await Promise.all([
    checkEdge({ cluster, systemUrl, kv: kvOf(flags, around), ...asked }),
    checkClock({ name: "clock edge", url: `${systemUrl}/healthz`, now, ...asked }),
  ]);
  return [...edge, clock];
}

async function gatewayFindings(
  { gateway }: DoctorFlags,
  keys: KeyFolder | undefined,
  { fetch }: Surroundings,
): Promise<Finding[]> {
  if (gateway === undefined) return [needs("gateway", "--gateway")];
  const secret = keys?.gatewaySecret.text;
  return checkGateway({ url: gateway, secret, fetch, timeoutMs: TIMEOUT_MS });
}

async function kubernetesFindings(flags: DoctorFlags): Promise<Finding[]> {
  const { kubeconfig, namespaces, dnsPods, cluster } = flags;
  const isInCluster = process.env["KUBERNETES_SERVICE_HOST"] !== undefined;
  if (kubeconfig === undefined && !isInCluster) {
    return [needs("kubernetes", "--kubeconfig, or inside a cluster")];
  }
  try {
    const client = await createKubeClient({ kubeconfig, userAgent: "lintel-doctor" });
    try {
      const lease = {
        namespace: flags.leaseNamespace ?? (await defaultNamespace({ kubeconfig })),
        name: flags.leaseName ?? `lintel-agent-${cluster}`,
      };
      return await checkKubernetes({ client, namespaces, pods: dnsPods === "verified", lease });
    } finally {
      await client.close();
    }
  } catch (error) {
    if (error instanceof KubeConfigError) return [failed("kubernetes", error)];
    throw error;
  }
}
