import type { PluginConfig } from "../../../contract/index.ts";
import { Name } from "../wire/name.ts";
import type { SoaRecord } from "../wire/record.ts";

/** A zone of the plugin, with the names that lie below its apex label. */
export class ExternalZone {
  readonly name: Name;
  /** `dns.<zone>`, which is empty. */
  readonly apex: Name;
  /** `ns1.dns.<zone>`. */
  readonly nameServer: Name;
  readonly #mailbox: Name;
  readonly #ttl: number;

  /** @throws DnsFormatError where the apex label makes names that are none */
  constructor(name: Name, { apex, ttl }: PluginConfig<"k8s_external">) {
    this.name = name;
    this.apex = Name.under(name, ...apex.toLowerCase().split("."));
    this.nameServer = Name.under(this.apex, "ns1");
    this.#mailbox = Name.under(this.apex, "hostmaster");
    this.#ttl = ttl;
  }

  /** @param time of the snapshot, in milliseconds since 1970 */
  soa(time: number): SoaRecord {
    return {
      name: this.name,
      ttl: this.#ttl,
      type: "SOA",
      primary: this.nameServer,
      mailbox: this.#mailbox,
      serial: Math.floor(time / 1000) >>> 0,
      refresh: 7200,
      retry: 1800,
      expire: 86_400,
      minimum: this.#ttl,
    };
  }
}
