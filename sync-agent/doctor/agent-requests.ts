/** The requests that the agent makes of the API server, one for each permission that it needs. */
import { namedCollections, resourcesFor } from "../cluster/kubernetes/resources.ts";
import type { KubeRequest } from "../kubernetes/client.ts";

/** Stands for the name of an object where the permission has to hold for all. */
export const ANY = "any";

export interface AgentScope {
  /** Empty for all. */
  readonly namespaces: readonly string[];
  /** Whether pods are followed (`pods verified`). */
  readonly pods: boolean;
  readonly lease: { readonly namespace: string; readonly name: string };
}

export function agentRequests({ namespaces, pods, lease }: AgentScope): KubeRequest[] {
  const followed = [...resourcesFor(namespaces, pods), ...namedCollections(namespaces)];
  const reads = [...new Set(followed.map(({ path }) => path))].flatMap((path) => [
    request("GET", path),
    request("GET", path, { watch: "1" }),
  ]);
  const scopes =
    namespaces.length === 0 ? [""] : namespaces.map((name) => `/namespaces/${encodeURIComponent(name)}`);
  const writes = scopes.flatMap((scope) => [
    request("PATCH", `/apis/networking.k8s.io/v1${scope}/ingresses/${ANY}/status`),
    request("POST", `/api/v1${scope}/events`),
    request("PATCH", `/api/v1${scope}/events/${ANY}`),
  ]);
  const leases = `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(lease.namespace)}/leases`;
  const named = `${leases}/${encodeURIComponent(lease.name)}`;
  return [...reads, ...writes, request("GET", named), request("PUT", named), request("POST", leases)];
}

function request(method: KubeRequest["method"], path: string, query?: Record<string, string>): KubeRequest {
  return { method, path, query };
}
