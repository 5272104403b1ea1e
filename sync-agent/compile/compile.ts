/**
 * The compiler: cluster state in; records of a snapshot, served Ingresses and warnings out. Pure, and whatever order
 * the objects come in, the records encode to the same bytes.
 *
 * Each processor (one file) reads objects one at a time and then merges, so that what an object contributes can be
 * kept for as long as the object stays the same.
 */
import type { DnsSettings, Records, Sealer, Settings } from "../../contract/index.ts";
import type { CertificateMode, DesiredCertificate } from "../certificates/desired.ts";
import { type ClusterState, objectKey } from "../cluster/state.ts";
import type { Warning } from "../warning.ts";
import { compileAddresses } from "./addresses.ts";
import { compileCertificates } from "./certificates.ts";
import { selectIngresses, type ServedClasses } from "./class-selection.ts";
import { mergeHostClaims } from "./host-claims.ts";
import { ingressClaims } from "./ingress-claims.ts";
import { compileServices } from "./services.ts";
import { compareText } from "./text-order.ts";
import { compareWarnings } from "./warnings.ts";
import { compileZones } from "./zones.ts";

export interface CompileOptions extends ServedClasses {
  /** The edge's own hostname; no Ingress can claim it. */
  readonly systemHost: string | undefined;
  readonly dns: DnsSettings;
  /** Milliseconds since 1970; decides only which warnings certificates get for their expiry. */
  readonly now: number;
  /** Seals private keys, with the server name's record key as the purpose. */
  readonly sealer: Sealer;
  /** Where certificates go: `sealed`, into the snapshot, unless given. */
  readonly certificates?: CertificateMode | undefined;
}

export interface Compiled {
  readonly records: Records;
  readonly settings: Settings;
  /** In a stable order. */
  readonly warnings: readonly Warning[];
  /** `namespace/name` of the Ingresses that are ours to serve, sorted: those whose status we write. */
  readonly served: readonly string[];
  /** What the certificate store is to see to; empty in mode `sealed`. Holds private keys: never to be logged. */
  readonly certificates: readonly DesiredCertificate[];
}

/** Never rejects for what a user wrote: an object that cannot be served is left out, with a warning. */
export async function compile(state: ClusterState, options: CompileOptions): Promise<Compiled> {
  const systemHost = options.systemHost?.toLowerCase();
  const selected = selectIngresses(state, options);
  const claimed = selected.ingresses.map((ingress) =>
    ingressClaims(ingress, state.Service, systemHost, options.dns.domain),
  );
  const hosts = mergeHostClaims(claimed.flatMap(({ claims }) => claims));
  const services = compileServices(state);
  const certificates = await compileCertificates(selected.ingresses, state.Secret, {
    ...options,
    systemHost,
  });
  const pods = options.dns.pods === "verified" ? [...state.Pod.values()] : [];
  const addresses = compileAddresses(services.records, pods);
  const zones = compileZones(state);
  return {
    records: {
      hosts: hosts.records,
      services: services.records,
      certificates: certificates.records,
      addresses: addresses.records,
      zones: zones.records,
    },
    settings: { dns: options.dns },
    warnings: [selected, ...claimed, hosts, services, certificates, addresses, zones]
      .flatMap(({ warnings }) => warnings)
      .toSorted(compareWarnings),
    served: selected.ingresses.map((ingress) => objectKey(ingress.metadata)).toSorted(compareText),
    certificates: certificates.certificates,
  };
}
