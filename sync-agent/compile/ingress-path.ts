import type { RouteMatch } from "../../contract/index.ts";
import type { IngressPath } from "../cluster/state.ts";

/** The match of a path, or why it has none. */
export type PathReading = { readonly match: RouteMatch } | { readonly problem: string };

/**
 * Kubernetes Ingress API, "Path types". A Prefix matches by path element and its slash at the end says nothing, so it
 * is dropped; ImplementationSpecific is a Prefix, as in ingress-nginx without regular expressions.
 */
export function readPath({ path, pathType }: IngressPath): PathReading {
  const value = path === "" && pathType === "ImplementationSpecific" ? "/" : path;
  if (!value.startsWith("/")) return { problem: "does not begin with a slash" };
  if (pathType === "Exact") return { match: { path: { type: "Exact", value } } };
  return { match: { path: { type: "PathPrefix", value: value.replace(/\/+$/, "") || "/" } } };
}
