/** What a request means to the API server: its verb and resource (Kubernetes documentation, "Authorization"). */
import type { KubeRequest } from "./client.ts";

export interface ResourceOperation {
  readonly verb: string;
  readonly group: string;
  /** `ingresses`. */
  readonly resource: string;
  /** `status`. */
  readonly subresource: string | undefined;
  /** `undefined` for all namespaces, and for what lives in none. */
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

/** `undefined` for paths that are no resource's, such as `/version`. */
export function operationOf(
  request: Pick<KubeRequest, "method" | "path" | "query">,
): ResourceOperation | undefined {
  const parts = request.path.split("/").slice(1).map(decodeURIComponent);
  const group = parts[0] === "apis" ? parts[1] : "";
  const rest = parts.slice(parts[0] === "apis" ? 3 : 2);
  if (group === undefined || rest.length === 0 || !["api", "apis"].includes(parts[0] ?? "")) return undefined;
  // `namespaces/shop/status` is about the Namespace, `namespaces/shop/services` about what is in it.
  const within = rest[0] === "namespaces" && rest.length > 2 && !NAMESPACE_PARTS.has(rest[2] ?? "");
  const [resource = "", name, subresource] = within ? rest.slice(2) : rest;
  return {
    verb: verbOf(request, name),
    group,
    resource,
    subresource,
    namespace: within ? rest[1] : undefined,
    name,
  };
}

const NAMESPACE_PARTS: ReadonlySet<string> = new Set(["status", "finalize"]);

function verbOf({ method, query }: Pick<KubeRequest, "method" | "query">, name: string | undefined): string {
  switch (method) {
    case "GET":
      if (query?.["watch"] !== undefined) return "watch";
      return name === undefined ? "list" : "get";
    case "POST":
      return "create";
    case "PUT":
      return "update";
    case "PATCH":
      return "patch";
    case "DELETE":
      return name === undefined ? "deletecollection" : "delete";
  }
}

const CLUSTER_WIDE: ReadonlySet<string> = new Set(["namespaces", "ingressclasses", "nodes"]);

/** `list ingresses.networking.k8s.io in all namespaces`, `update ingresses.networking.k8s.io/status shop/web`. */
export function describeRequest(request: Pick<KubeRequest, "method" | "path" | "query">): string {
  const operation = operationOf(request);
  if (operation === undefined) return `${request.method} ${request.path}`;
  const { verb, group, resource, subresource, namespace, name } = operation;
  const type = `${resource}${group === "" ? "" : `.${group}`}${subresource === undefined ? "" : `/${subresource}`}`;
  if (name !== undefined) return `${verb} ${type} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
  const only = request.query?.["fieldSelector"];
  const which = only === undefined ? "" : ` (${only})`;
  if (namespace !== undefined) return `${verb} ${type}${which} in namespace ${namespace}`;
  return CLUSTER_WIDE.has(resource) ? `${verb} ${type}${which}` : `${verb} ${type}${which} in all namespaces`;
}
