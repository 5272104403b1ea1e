/** One compile after another of the same cluster, with the same options but for those that are looked at each time. */
import { isDeepStrictEqual } from "node:util";
import type { Records, Settings } from "../../../contract/index.ts";
import { EMPTY_STATE } from "../../cluster/manifests/state-maps.ts";
import type { ClusterState, Pod } from "../../cluster/state.ts";
import { Addresses } from "../addresses.ts";
import { Certificates } from "../certificates.ts";
import type { Compiled, CompileOptions } from "../compile.ts";
import { compileDnsAccess, type DnsAccessReading } from "../dns-access/dns-access.ts";
import { compileDns } from "../dns.ts";
import { withPublished } from "../published/servers.ts";
import { Services } from "../services.ts";
import { TlsHosts } from "../tls-hosts.ts";
import { Zones } from "../zones.ts";
import { type StateChanges, stateChanges } from "./changes.ts";
import { ClaimedIngresses } from "./claimed-ingresses.ts";
import { HostComponents } from "./host-components.ts";
import { Namespaces } from "./namespaces.ts";
import { PublishedNames } from "./published-names.ts";
import { SelectedIngresses } from "./selected-ingresses.ts";
import { WarningLedger } from "./warning-ledger.ts";

/** How many were compiled, because they or something that they depend on had changed. */
export interface CompileWork {
  readonly ingresses: number;
  readonly hosts: number;
  readonly services: number;
  readonly addressBlocks: number;
}

const NO_PODS: ReadonlyMap<string, Pod> = new Map();

export class Compiler {
  readonly #fixed: object;
  readonly #options: CompileOptions;
  readonly #ledger = new WarningLedger();
  readonly #namespaces = new Namespaces();
  readonly #selected: SelectedIngresses;
  readonly #tlsHosts: TlsHosts;
  /** `undefined` where the platform has them. */
  readonly #certificates: Certificates | undefined;
  readonly #hosts = new HostComponents();
  readonly #claimed: ClaimedIngresses;
  readonly #services = new Services();
  readonly #addresses = new Addresses();
  readonly #published: PublishedNames;
  readonly #zones = new Zones();
  #access: DnsAccessReading;
  #state: ClusterState = EMPTY_STATE;

  constructor(options: CompileOptions) {
    const systemHost = options.systemHost?.toLowerCase();
    this.#options = options;
    this.#fixed = fixedOptions(options);
    this.#selected = new SelectedIngresses(options);
    this.#tlsHosts = new TlsHosts(systemHost);
    this.#certificates =
      options.certificates === "managed" ? undefined : new Certificates({ ...options, systemHost });
    const certified = this.#certificates ?? this.#tlsHosts;
    const hasCertificate = (serverName: string) => certified.has(serverName);
    this.#claimed = new ClaimedIngresses(
      {
        adoptedClasses: options.adoptedClasses,
        controllerConfig: options.controllerConfig,
        clusterDomain: options.dns.domain,
        systemHost,
        hasCertificate,
        isListed: (serverName) => this.#tlsHosts.has(serverName),
      },
      this.#selected,
      this.#hosts,
      this.#namespaces,
    );
    this.#published = new PublishedNames({
      externalZones: options.externalZones ?? [],
      statusAddresses: options.statusAddresses ?? [],
      hasCertificate,
    });
    this.#access = compileDnsAccess(undefined);
  }

  /** Whether what was compiled with it holds for these options as well. */
  isFor(options: CompileOptions): boolean {
    return options.sealer === this.#options.sealer && isDeepStrictEqual(fixedOptions(options), this.#fixed);
  }

  async compile(state: ClusterState, options: CompileOptions): Promise<Compiled> {
    const ledger = this.#ledger;
    const changes = stateChanges(this.#state, state);
    this.#state = state;
    this.#namespaces.update(changes);

    const selected = this.#selected.update(
      state.Ingress,
      changes.Ingress,
      state.IngressClass,
      changes.IngressClass.length > 0,
      ledger,
    );
    const ofOurs = selected.map(({ key }) => key);
    const isManaged = this.#certificates === undefined;
    const listed = this.#tlsHosts.update(selected, isManaged ? ledger : undefined);
    const certified =
      (await this.#certificates?.update(selected, changes.Secret, state.Secret, options.now, ledger)) ??
      listed;
    const ingresses = this.#claimed.update(
      {
        state,
        changes,
        selected: ofOurs,
        certified,
        listed,
        lastGood: options.lastGood ?? new Map(),
        published: options.published,
      },
      ledger,
    );
    const hosts = this.#hosts.update(ledger);

    const dns = compileDns(state, options);
    ledger.set("dns", dns.warnings);
    const services = this.#services.update(changes, state.Service, dns.services, ledger);
    const addressBlocks = this.#addresses.update(services, dns.usesPods ? state.Pod : NO_PODS, ledger);
    const serviceRecords = this.#services.records();
    this.#published.update(
      {
        ingresses: ofOurs,
        ingress: (key) => this.#selected.get(key),
        services: services.map(({ key }) => key),
        service: (key) => state.Service.get(key),
        record: (key) => serviceRecords.get(key),
        certified,
      },
      ledger,
    );
    this.#readAccess(changes, state);
    const zones = this.#zones.update(this.#namespaces, [
      dns.records,
      this.#published.records(),
      this.#access.records,
    ]);
    const records: Records = {
      hosts: this.#hosts.records(),
      services: serviceRecords,
      certificates: this.#certificates?.records() ?? NO_CERTIFICATES,
      addresses: this.#addresses.records(),
      zones,
    };
    return {
      records,
      settings: this.#settings(dns.settings, options),
      warnings: ledger.sorted(),
      served: this.#selected.keys(),
      certificates: this.#certificates?.desired() ?? this.#tlsHosts.certificates(),
      lastGood: this.#claimed.lastGood(),
      lacking: this.#claimed.lacking(),
      dnsMemory: dns.memory,
      lacksDns: dns.isLacking,
      work: { ingresses, hosts, services: services.length, addressBlocks },
    };
  }

  #readAccess({ Secret: changes }: StateChanges, { Secret }: ClusterState): void {
    const { dnsAccessSecret = "" } = this.#options;
    if (!changes.some(({ key }) => key === dnsAccessSecret)) return;
    this.#access = compileDnsAccess(Secret.get(dnsAccessSecret));
    this.#ledger.set("dns access", this.#access.warnings);
  }

  #settings(dns: Settings["dns"], { externalZones = [] }: CompileOptions): Settings {
    const { identities } = this.#access;
    const published = withPublished(dns, externalZones);
    return { dns: { ...published, ...(identities.length > 0 && { identities: [...identities] }) } };
  }
}

const NO_CERTIFICATES: Records["certificates"] = new Map();

/** Those with which nothing that was compiled before can be kept when they change. */
function fixedOptions(options: CompileOptions): object {
  const { ingressClass, adoptedClasses, systemHost, dnsAccessSecret, externalZones, statusAddresses } =
    options;
  const { controllerConfig, certificates, dns } = options;
  return {
    ingressClass,
    adoptedClasses,
    systemHost,
    dnsAccessSecret,
    externalZones,
    statusAddresses,
    controllerConfig,
    certificates,
    dns,
  };
}
