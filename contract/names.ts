import * as z from "./schema.ts";

/** `namespace/name` of a Kubernetes object. */
export const objectNameSchema = z
  .string()
  .check(z.regex(/^[a-z0-9.-]{1,253}\/[A-Za-z0-9.:-]{1,253}$/, "is not namespace/name"));

/** The key of section `hosts` under which the rules without a host stand. */
export const DEFAULT_HOST = "*";

/** A hostname in lower case, without a dot at its end. */
export const hostnameSchema = z
  .string()
  .check(
    z.maxLength(253),
    z.regex(/^(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.|$))+(?<!\.)$/, "is not a hostname in lower case"),
  );

/** A hostname, `*.` and a hostname, or DEFAULT_HOST. */
export const hostKeySchema = z
  .string()
  .check(
    z.maxLength(253),
    z.regex(/^(?:\*|(?:\*\.)?[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?)$/, "is not a hostname in lower case"),
  );

/**
 * The keys that may hold a hostname's record, best first: itself, then the wildcard that stands for its first
 * label alone (Kubernetes Ingress: a wildcard covers exactly one label).
 */
export function serverNameKeys(hostname: string): string[] {
  const dot = hostname.indexOf(".");
  return dot <= 0 ? [hostname] : [hostname, `*${hostname.slice(dot)}`];
}

/**
 * Another name of an embedded edge's own endpoints. Browsers take what lies under `localhost` for their own machine, without
 * a question to any resolver (RFC 6761 6.3), so that the dashboard has an address that can be opened as it is.
 */
export const LOCAL_SYSTEM_HOST = "lintel.localhost";

/** Cluster names begin every KV key, so they are DNS labels (RFC 1123). */
export const clusterNameSchema = z
  .string()
  .check(z.regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, "is not a DNS label in lower case"));
