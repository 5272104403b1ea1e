/**
 * The compiler: cluster state in; records of a snapshot, served Ingresses and warnings out. Pure, and whatever order
 * the objects come in, the records encode to the same bytes.
 *
 * Each processor (one file) reads objects one at a time and then merges, so that what an object contributes can be
 * kept for as long as the object stays the same.
 */
import { type Records, type Sealer, serverNameKeys, type Settings } from "../../contract/index.ts";
import type { CertificateMode, DesiredCertificate } from "../certificates/desired.ts";
import { type ClusterState, type LoadBalancerAddress, objectKey } from "../cluster/state.ts";
import type { Warning } from "../warning.ts";
import { readController } from "./annotations/controller.ts";
import { compileAddresses } from "./addresses.ts";
import { compileCertificates, type ProcessedCertificates } from "./certificates.ts";
import { classNameOf, selectIngresses, type ServedClasses } from "./class-selection.ts";
import { compileDnsAccess, type DnsAccessReading } from "./dns-access/dns-access.ts";
import { mergeHostClaims } from "./host-claims.ts";
import { keptClaims, type LastGood } from "./last-good.ts";
import type { PublishedHosts } from "./published-form.ts";
import { compileServices } from "./services.ts";
import { compileDns, type DnsMemory, type DnsOptions } from "./dns.ts";
import { compilePublished } from "./published/names.ts";
import { withPublished } from "./published/servers.ts";
import { compareText } from "./text-order.ts";
import { tlsHosts } from "./tls-hosts.ts";
import { compareWarnings } from "./warnings.ts";
import { compileZones } from "./zones.ts";

export interface CompileOptions extends ServedClasses, DnsOptions {
  /** The edge's own hostname; no Ingress can claim it. */
  readonly systemHost: string | undefined;
  /** `namespace/name` of the Secret that says who may ask the resolver. */
  readonly dnsAccessSecret?: string | undefined;
  /** Zones of the company under which Ingresses and Services publish names. */
  readonly externalZones?: readonly string[] | undefined;
  /** Where Ingresses are reached whose status says nothing. */
  readonly statusAddresses?: readonly LoadBalancerAddress[] | undefined;
  /** `namespace/name` of ingress-nginx's own ConfigMap, whose settings hold for adopted classes. */
  readonly controllerConfig?: string | undefined;
  /** Milliseconds since 1970; decides only which warnings certificates get for their expiry. */
  readonly now: number;
  /** What the compile before said of the same cluster; nothing at the first. */
  readonly lastGood?: LastGood | undefined;
  /** For what `lastGood` has not. To be read only where a compile without it is `lacking` something. */
  readonly published?: PublishedHosts | undefined;
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
  /** For the next compile. */
  readonly lastGood: LastGood;
  /** `namespace/name` of the Ingresses that are refused here, and for which `published` may hold better; sorted. */
  readonly lacking: readonly string[];
  /** For the next compile. */
  readonly dnsMemory: DnsMemory;
  /** Whether the resolver's configuration is refused, and `publishedDns` may hold better. */
  readonly lacksDns: boolean;
}

/** Never rejects for what a user wrote: an object that cannot be served is left out, with a warning. */
export async function compile(state: ClusterState, options: CompileOptions): Promise<Compiled> {
  const systemHost = options.systemHost?.toLowerCase();
  const selected = selectIngresses(state, options);
  const certificates = await compileCertificates(selected.ingresses, state.Secret, {
    ...options,
    systemHost,
  });
  const hasCertificate = certified(certificates);
  const listed = new Set(
    tlsHosts(selected.ingresses, systemHost).certificates.map(({ serverName }) => serverName),
  );
  const isSecured = (host: string) =>
    hasCertificate(host) || serverNameKeys(host).some((key) => listed.has(key));
  const context = {
    services: state.Service,
    secrets: state.Secret,
    configMaps: state.ConfigMap,
    clusterDomain: options.dns.domain,
  };
  const configMap = state.ConfigMap.get(options.controllerConfig ?? "");
  const controller = configMap && readController(configMap, context);
  const ofNginx = { defaults: "nginx", controller: controller?.controller } as const;
  const claimed = selected.ingresses.map((ingress) => {
    const isAdopted = options.adoptedClasses.includes(classNameOf(ingress) ?? "");
    const defaults = isAdopted ? ofNginx : ({ defaults: "lintel" } as const);
    return keptClaims(
      ingress,
      { ...context, ...defaults, systemHost, hasCertificate, isSecured },
      options.lastGood ?? new Map(),
      options.published,
    );
  });
  const hosts = mergeHostClaims(claimed.flatMap(({ claims }) => claims));
  const dns = compileDns(state, options);
  const services = compileServices(state, dns.services);
  const pods = dns.usesPods ? [...state.Pod.values()] : [];
  const addresses = compileAddresses(services.records, pods);
  const externalZones = options.externalZones ?? [];
  const published = compilePublished(state, {
    externalZones,
    statusAddresses: options.statusAddresses ?? [],
    ingresses: selected.ingresses,
    services: services.records,
    hasCertificate,
  });
  const access = compileDnsAccess(state.Secret.get(options.dnsAccessSecret ?? ""));
  const zones = compileZones(state, [dns.records, published.records, access.records]);
  return {
    records: {
      hosts: hosts.records,
      services: services.records,
      certificates: certificates.records,
      addresses: addresses.records,
      zones: zones.records,
    },
    settings: { dns: { ...withPublished(dns.settings, externalZones), ...identitiesOf(access) } },
    warnings: [
      selected,
      ...(controller ? [controller] : []),
      ...claimed,
      hosts,
      services,
      certificates,
      addresses,
      zones,
      published,
      access,
      dns,
    ]
      .flatMap(({ warnings }) => warnings)
      .toSorted(compareWarnings),
    served: selected.ingresses.map((ingress) => objectKey(ingress.metadata)).toSorted(compareText),
    certificates: certificates.certificates,
    lastGood: new Map(claimed.flatMap(({ key, good }) => (good === undefined ? [] : [[key, good] as const]))),
    lacking: claimed
      .filter(({ isLacking }) => isLacking)
      .map(({ key }) => key)
      .toSorted(compareText),
    dnsMemory: dns.memory,
    lacksDns: dns.isLacking,
  };
}

function identitiesOf({ identities }: DnsAccessReading): Pick<Settings["dns"], "identities"> {
  return identities.length === 0 ? {} : { identities: [...identities] };
}

/** Whether a host has a certificate, by its own name or by a wildcard that covers it, wherever certificates go. */
function certified({ records, certificates }: ProcessedCertificates): (host: string) => boolean {
  const names = new Set([...records.keys(), ...certificates.map(({ serverName }) => serverName)]);
  return (host) => serverNameKeys(host).some((name) => names.has(name));
}
