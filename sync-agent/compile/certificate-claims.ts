/** The server names that one Ingress's `spec.tls` claims, and with which certificate. */
import { serverNameKeys } from "../../contract/index.ts";
import type { Ingress, Secret } from "../cluster/state.ts";
import type { Warning, WarningReason } from "../warning.ts";
import { hostKey } from "./hostname.ts";
import type { Lookup } from "./lookup.ts";
import { type ClaimSource, claimSource } from "./objects.ts";
import type { TlsCertificate } from "./tls-secret.ts";

export interface CertificateClaim {
  /** Key of section `certificates`. */
  readonly serverName: string;
  readonly source: ClaimSource;
  readonly field: string;
  readonly certificate: TlsCertificate;
}

export interface TlsContext {
  readonly secrets: Lookup<Secret>;
  /** By Secret, those that can be served. */
  readonly certificates: Lookup<TlsCertificate>;
  /** In lower case; certificates for it are not taken from Ingresses. */
  readonly systemHost: string | undefined;
}

/** The Secrets that an Ingress names, as `namespace/name`. */
export function tlsSecretKeys({ metadata, tls }: Ingress): string[] {
  return tls.flatMap(({ secretName }) => (secretName ? [`${metadata.namespace}/${secretName}`] : []));
}

/**
 * An entry claims its hosts where its certificate covers them. Hosts of the rules that no entry lists go, as in
 * ingress-nginx, to the first entry whose certificate covers them. An entry without a Secret asks for the default
 * certificate, which needs no claim.
 */
export function certificateClaims(
  ingress: Ingress,
  context: TlsContext,
): { claims: CertificateClaim[]; warnings: Warning[] } {
  const source = claimSource("Ingress", ingress.metadata);
  const unlisted = unlistedHosts(ingress, context.systemHost);
  const claims: CertificateClaim[] = [];
  const warnings: Warning[] = [];
  for (const [index, { hosts, secretName }] of ingress.tls.entries()) {
    if (!secretName) continue;
    const field = `spec.tls[${index}]`;
    const warn = (at: string, reason: WarningReason, message: string, remedy: string) =>
      warnings.push({ object: source.object, field: `${field}.${at}`, reason, message, remedy });
    const secret = `${ingress.metadata.namespace}/${secretName}`;
    const certificate = context.certificates.get(secret);
    if (certificate === undefined) {
      // A Secret that is there and cannot be served has a warning of its own.
      if (!context.secrets.has(secret)) {
        const message = `Secret ${secret} does not exist; its hosts are served with the default certificate.`;
        warn("secretName", "SecretNotFound", message, "Create the Secret, with `kubectl create secret tls`.");
      }
      continue;
    }
    for (const [hostIndex, host] of hosts.entries()) {
      const at = `hosts[${hostIndex}]`;
      const serverName = tlsServerName(host, context.systemHost);
      if (typeof serverName !== "string") {
        const { reason, message, remedy } = serverName;
        warn(at, reason, message, remedy);
      } else if (!covers(certificate, serverName)) {
        const message = `The certificate in Secret ${secret} does not cover ${serverName}, which is served with the default certificate.`;
        warn(
          at,
          "CertificateMismatch",
          message,
          "Name a certificate that covers the host, or remove the host.",
        );
      } else claims.push({ serverName, source, field: `${field}.${at}`, certificate });
    }
    const covered = [...unlisted].filter((serverName) => covers(certificate, serverName));
    for (const serverName of covered) {
      unlisted.delete(serverName);
      claims.push({ serverName, source, field: `${field}.secretName`, certificate });
    }
    if (hosts.length === 0 && covered.length === 0) {
      const message = `The certificate in Secret ${secret} covers no host of this Ingress that another entry does not; it is not served.`;
      warn(
        "secretName",
        "CertificateMismatch",
        message,
        "Write the hosts that the certificate is for into `hosts`.",
      );
    }
  }
  return { claims, warnings };
}

/** The record key of a host that `spec.tls` lists, or why it cannot have a certificate. */
export function tlsServerName(
  host: string,
  systemHost: string | undefined,
): string | Pick<Warning, "reason" | "message" | "remedy"> {
  const serverName = hostKey(host);
  if (serverName === undefined) {
    return {
      reason: "ObjectInvalid",
      message: `"${host}" is not a hostname; it is ignored.`,
      remedy: "Write a hostname, or `*.` and a hostname.",
    };
  }
  if (serverName !== systemHost) return serverName;
  return {
    reason: "HostReserved",
    message: `${serverName} is the edge's own hostname; it keeps its own certificate.`,
    remedy: "Remove the host, or give the edge another system host.",
  };
}

/** Hosts of the rules that no entry lists, itself or by a wildcard. */
export function unlistedHosts(ingress: Ingress, systemHost: string | undefined): Set<string> {
  const listed = new Set(ingress.tls.flatMap(({ hosts }) => hosts.map((host) => host.toLowerCase())));
  const hosts = ingress.rules.flatMap(({ host }) => (host ? (hostKey(host) ?? []) : []));
  return new Set(
    hosts.filter((host) => host !== systemHost && !serverNameKeys(host).some((key) => listed.has(key))),
  );
}

/** By its subject alternative names; by its common name only when it has none, as ingress-nginx does. */
function covers({ leaf }: TlsCertificate, serverName: string): boolean {
  return leaf.checkHost(serverName, { subject: "default", partialWildcards: false }) !== undefined;
}
