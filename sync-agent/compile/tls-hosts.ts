/** The server names that Ingresses want served over TLS, where the platform has the certificates. */
import type { DesiredCertificate } from "../certificates/desired.ts";
import type { Ingress } from "../cluster/state.ts";
import type { Warning } from "../warning.ts";
import { tlsServerName, unlistedHosts } from "./certificate-claims.ts";
import { claimSource, compareSources } from "./objects.ts";
import { compareText } from "./text-order.ts";

export interface TlsHosts {
  /** By server name, each once: the oldest Ingress's. */
  readonly certificates: readonly DesiredCertificate[];
  readonly warnings: readonly Warning[];
}

/** Every host that `spec.tls` lists. An entry that lists none stands for the hosts of the rules that no other lists. */
export function tlsHosts(ingresses: readonly Ingress[], systemHost: string | undefined): TlsHosts {
  const certificates = new Map<string, DesiredCertificate>();
  const warnings: Warning[] = [];
  const sources = ingresses
    .map((ingress) => ({ ingress, source: claimSource("Ingress", ingress.metadata) }))
    .toSorted((a, b) => compareSources(a.source, b.source));
  for (const { ingress, source } of sources) {
    const { object } = source;
    const want = (serverName: string, field: string) => {
      if (certificates.has(serverName)) return;
      certificates.set(serverName, { serverName, object, field, pair: undefined });
    };
    for (const [index, { hosts }] of ingress.tls.entries()) {
      for (const [hostIndex, host] of hosts.entries()) {
        const field = `spec.tls[${index}].hosts[${hostIndex}]`;
        const serverName = tlsServerName(host, systemHost);
        if (typeof serverName === "string") want(serverName, field);
        else warnings.push({ object, field, ...serverName });
      }
      if (hosts.length > 0) continue;
      for (const serverName of unlistedHosts(ingress, systemHost)) want(serverName, `spec.tls[${index}]`);
    }
  }
  const sorted = [...certificates.values()].toSorted((a, b) => compareText(a.serverName, b.serverName));
  return { certificates: sorted, warnings };
}
