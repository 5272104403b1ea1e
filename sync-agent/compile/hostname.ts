import { canonicalAddress, DEFAULT_HOST, hostKeySchema } from "../../contract/index.ts";

/**
 * The record key of a hostname or wildcard that a user wrote; `undefined` when it is neither. Addresses are no
 * hostnames, and a lone `*` is none either (Kubernetes Ingress API, `host`).
 */
export function hostKey(host: string): string | undefined {
  const key = host.toLowerCase();
  if (key === DEFAULT_HOST || canonicalAddress(key) !== undefined) return undefined;
  return hostKeySchema.safeParse(key).success ? key : undefined;
}

/** How messages name a record key of section `hosts`. */
export function describeHost(key: string): string {
  return key === DEFAULT_HOST ? "any other host" : `host ${key}`;
}
