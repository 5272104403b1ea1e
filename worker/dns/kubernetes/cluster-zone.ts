import type { PluginConfig } from "../../../contract/index.ts";
import type { SnapshotView } from "../../snapshot/view.ts";
import { Name } from "../wire/name.ts";
import { nameFromText } from "../wire/name-text.ts";
import type { SoaRecord } from "../wire/record.ts";

/** No negative answer is kept for longer, whatever the TTL of records (CoreDNS). */
const MAX_SOA_TTL = 300;

const REVERSE = ["in-addr.arpa", "ip6.arpa"];

/** What all answers from one snapshot have in common. */
export class ClusterZone {
  /** The cluster domain, in lower case: of several, the first that is no reverse zone (CoreDNS). */
  readonly apex: Name;
  readonly options: PluginConfig<"kubernetes">;
  /** Of all records, in seconds. */
  readonly ttl: number;
  /** Seconds since 1970 at which the snapshot was made, as CoreDNS counts its changes. */
  readonly serial: number;
  readonly #soa: SoaRecord;

  /**
   * @param time of the snapshot, in milliseconds since 1970
   * @throws DnsFormatError when the domain has labels that no DNS name can have.
   */
  constructor(options: PluginConfig<"kubernetes">, time: number) {
    const isForward = (zone: string) => !REVERSE.some((end) => zone === end || zone.endsWith(`.${end}`));
    this.apex = nameFromText(options.zones.find(isForward) ?? ".");
    this.options = options;
    this.ttl = options.ttl;
    this.serial = Math.floor(time / 1000) >>> 0;
    this.#soa = this.#makeSoa(this.apex);
  }

  /** The SOA record of the cluster's zone or of a reverse zone, in the case that the question has it in. */
  soa(zone: Name): SoaRecord {
    return isSameText(zone, this.apex) ? this.#soa : this.#makeSoa(zone);
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
  readonly view: SnapshotView;
  readonly cluster: ClusterZone;
  readonly #name: Name;
  readonly #labels: number;

  /** @param labels How many labels the asked name has before the zone's. */
  constructor(view: SnapshotView, cluster: ClusterZone, name: Name, labels: number) {
    this.view = view;
    this.cluster = cluster;
    this.#name = name;
    this.#labels = labels;
  }

  /** The cluster domain as the question writes it: answers keep that case. Most answers do without. */
  get apex(): Name {
    return this.#name.parent(this.#labels);
  }

  get soa(): SoaRecord {
    return this.cluster.soa(this.apex);
  }
}

function isSameText({ wire: a }: Name, { wire: b }: Name): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
