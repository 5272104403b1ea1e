import type { PluginConfig, ServiceRecord } from "../../../contract/index.ts";
import type { SnapshotView } from "../../snapshot/view.ts";
import type { Query } from "../resolver.ts";
import { Name } from "../wire/name.ts";
import { nameFromText } from "../wire/name-text.ts";
import type { SoaRecord } from "../wire/record.ts";
import { hasReadyEndpoint } from "./endpoints.ts";
import type { Exposure } from "./exposure.ts";
import type { Subjects } from "./subjects.ts";

/** No negative answer is kept for longer, whatever the TTL of records (CoreDNS). */
const MAX_SOA_TTL = 300;

const REVERSE = ["in-addr.arpa", "ip6.arpa"];

/** What all answers from one snapshot have in common. */
export class ClusterZone {
  /** The cluster domain, in lower case: of several, the first that is no reverse zone (CoreDNS). */
  readonly apex: Name;
  readonly options: PluginConfig<"kubernetes">;
  readonly exposure: Exposure;
  readonly subjects: Subjects;
  /** Of all records, in seconds. */
  readonly ttl: number;
  /** Seconds since 1970 at which the snapshot was made, as CoreDNS counts its changes. */
  readonly serial: number;
  readonly #soa: SoaRecord;

  /**
   * @param time of the snapshot, in milliseconds since 1970
   * @throws DnsFormatError when the domain has labels that no DNS name can have.
   */
  constructor(options: PluginConfig<"kubernetes">, exposure: Exposure, subjects: Subjects, time: number) {
    const isForward = (zone: string) => !REVERSE.some((end) => zone === end || zone.endsWith(`.${end}`));
    this.apex = nameFromText(options.zones.find(isForward) ?? ".");
    this.options = options;
    this.exposure = exposure;
    this.subjects = subjects;
    this.ttl = options.ttl;
    this.serial = Math.floor(time / 1000) >>> 0;
    this.#soa = this.#makeSoa(this.apex);
  }

  /** Whether the plugin answers for a Service (`labels`, `ignore empty_service`), its namespace aside. */
  answersFor(service: ServiceRecord): boolean {
    if (!this.exposure.hasService(service)) return false;
    const { ignoreEmpty } = this.options;
    return !ignoreEmpty || service.kind !== "clusterIP" || hasReadyEndpoint(service, this.options);
  }

  /**
   * The SOA record of the cluster's zone or of a reverse zone, in the case that the question has it in.
   *
   * @param labels how many labels the name has before the zone's
   */
  soa(name: Name, labels: number): SoaRecord {
    return name.hasParent(labels, this.apex) ? this.#soa : this.#makeSoa(name.parent(labels));
  }

  #makeSoa(zone: Name): SoaRecord {
    return {
      name: zone,
      ttl: Math.min(this.ttl, MAX_SOA_TTL),
      type: "SOA",
      primary: Name.under(zone, "ns", "dns"),
      mailbox: Name.under(zone, "hostmaster"),
      serial: this.serial,
      refresh: 7200,
      retry: 1800,
      expire: 86_400,
      minimum: this.ttl,
    };
  }
}

/** The cluster's zone as one question sees it. */
export class AskedZone {
  readonly query: Query;
  readonly cluster: ClusterZone;
  /** Whether it is a zone of reverse DNS: the names of Services are not in it. */
  readonly isReverse: boolean;
  readonly #labels: number;

  /** @param labels How many labels the asked name has before the zone's. */
  constructor(query: Query, cluster: ClusterZone, labels: number, isReverse: boolean) {
    this.query = query;
    this.cluster = cluster;
    this.isReverse = isReverse;
    this.#labels = labels;
  }

  get view(): SnapshotView {
    return this.query.view;
  }

  /** The cluster domain as the question writes it: answers keep that case. Most answers do without. */
  get apex(): Name {
    return this.query.question.name.parent(this.#labels);
  }

  get soa(): SoaRecord {
    return this.cluster.soa(this.query.question.name, this.#labels);
  }

  /** CoreDNS finds a zone's name servers only where the zone is written as in its configuration. */
  get isLowerCase(): boolean {
    return this.apex.wire.every((octet) => octet < 65 || octet > 90);
  }

  /** Whether a namespace may show in an answer: what is hidden looks as if it did not exist. */
  sees(namespace: string): boolean {
    return this.cluster.exposure.hasNamespace(namespace) && this.isVisible(namespace);
  }

  /** Whether whoever asks may see it, whatever the plugin answers for. */
  isVisible(namespace: string): boolean {
    return this.query.visible.namespaces?.has(namespace) ?? true;
  }
}
