/** Names under zones of the company. What objects claim is kept; the names are settled anew when a claim is different. */
import { serverNameKeys, type ServiceRecord, type ZoneRecord } from "../../../contract/index.ts";
import type { Ingress, LoadBalancerAddress, Service } from "../../cluster/state.ts";
import { ingressClaims, type PublishedClaim, serviceClaims } from "../published/claims.ts";
import { settleNames } from "../published/names.ts";
import { Dependents } from "./dependents.ts";
import type { WarningLedger } from "./warning-ledger.ts";

export interface PublishedNamesOptions {
  readonly externalZones: readonly string[];
  readonly statusAddresses: readonly LoadBalancerAddress[];
  readonly hasCertificate: (serverName: string) => boolean;
}

export interface PublishedNamesInput {
  readonly ingresses: readonly string[];
  readonly ingress: (key: string) => Ingress | undefined;
  readonly services: readonly string[];
  readonly service: (key: string) => Service | undefined;
  readonly record: (key: string) => ServiceRecord | undefined;
  /** Server names that have a certificate now and had none, and the other way round. */
  readonly certified: readonly string[];
}

export class PublishedNames {
  readonly #options: PublishedNamesOptions;
  readonly #claims = new Map<string, readonly PublishedClaim[]>();
  readonly #dependents = new Dependents();
  #records: ReadonlyMap<string, ZoneRecord> = new Map();

  constructor(options: PublishedNamesOptions) {
    this.#options = options;
  }

  update(input: PublishedNamesInput, ledger: WarningLedger): void {
    const { externalZones } = this.#options;
    if (externalZones.length === 0) return;
    const ingresses = new Set(input.ingresses);
    for (const name of input.certified) {
      for (const reader of this.#dependents.readersOf(name)) ingresses.add(reader);
    }
    let isOther = false;
    for (const key of ingresses) {
      isOther = this.#set(`Ingress ${key}`, this.#ofIngress(key, input)) || isOther;
    }
    for (const key of input.services) {
      const service = input.service(key);
      const { claims, warnings } =
        service === undefined ? { claims: [], warnings: [] } : serviceClaims(service, input.record(key));
      ledger.set(`names of Service ${key}`, warnings);
      isOther = this.#set(`Service ${key}`, claims) || isOther;
    }
    if (!isOther) return;
    const settled = settleNames([...this.#claims.values()].flat(), externalZones);
    this.#records = settled.records;
    ledger.set("published names", settled.warnings);
  }

  /** The same map while nothing has changed. */
  records(): ReadonlyMap<string, ZoneRecord> {
    return this.#records;
  }

  #ofIngress(key: string, { ingress }: PublishedNamesInput): PublishedClaim[] {
    this.#dependents.forget(key);
    const found = ingress(key);
    if (found === undefined) return [];
    const { statusAddresses, hasCertificate } = this.#options;
    return ingressClaims(found, {
      statusAddresses,
      hasCertificate: (host) => {
        const names = serverNameKeys(host);
        for (const name of names) this.#dependents.note(key, name);
        return names.some(hasCertificate);
      },
    });
  }

  /** Whether it is another claim than before: most objects have none. */
  #set(owner: string, claims: readonly PublishedClaim[]): boolean {
    const had = this.#claims.delete(owner);
    if (claims.length > 0) this.#claims.set(owner, claims);
    return had || claims.length > 0;
  }
}
