/** The server names that Ingresses want served over TLS: all there is to say where the platform has the certificates. */
import type { DesiredCertificate } from "../certificates/desired.ts";
import type { Ingress } from "../cluster/state.ts";
import type { Warning } from "../warning.ts";
import { tlsServerName, unlistedHosts } from "./certificate-claims.ts";
import type { Change } from "./incremental/changes.ts";
import { Groups } from "./incremental/groups.ts";
import type { WarningLedger } from "./incremental/warning-ledger.ts";
import { type ClaimSource, claimSource, compareSources } from "./objects.ts";
import { compareText } from "./text-order.ts";

interface Wish {
  readonly serverName: string;
  readonly source: ClaimSource;
  readonly field: string;
}

export class TlsHosts {
  readonly #systemHost: string | undefined;
  readonly #wishes = new Groups<Wish>();
  readonly #listed = new Set<string>();
  #certificates: readonly DesiredCertificate[] | undefined = [];

  constructor(systemHost: string | undefined) {
    this.#systemHost = systemHost;
  }

  /**
   * @param ledger told of hosts that are none, where nobody else says so
   * @returns the names that have come to be listed, or are not any more
   */
  update(changes: readonly Change<Ingress>[], ledger: WarningLedger | undefined): string[] {
    for (const { key, after } of changes) {
      const { wishes, warnings } =
        after === undefined ? { wishes: [], warnings: [] } : wishesOf(after, this.#systemHost);
      ledger?.set(`server names of ${key}`, warnings);
      this.#wishes.set(
        key,
        Map.groupBy(wishes, ({ serverName }) => serverName),
      );
    }
    const dirty = this.#wishes.takeDirty();
    if (dirty.size > 0) this.#certificates = undefined;
    const toggled = [...dirty].filter((name) => this.#listed.has(name) !== this.#wishes.has(name));
    for (const name of toggled) {
      if (!this.#listed.delete(name)) this.#listed.add(name);
    }
    return toggled;
  }

  has(serverName: string): boolean {
    return this.#listed.has(serverName);
  }

  /** By server name, each once: the oldest Ingress's. The same list while nothing has changed. */
  certificates(): readonly DesiredCertificate[] {
    this.#certificates ??= [...this.#listed].toSorted(compareText).flatMap((name) => {
      const [oldest] = this.#wishes.items(name).toSorted((a, b) => compareSources(a.source, b.source));
      if (oldest === undefined) return [];
      const { serverName, source, field } = oldest;
      return [{ serverName, object: source.object, field, pair: undefined }];
    });
    return this.#certificates;
  }
}

/** Every host that `spec.tls` lists. An entry that lists none stands for the hosts of the rules that no other lists. */
function wishesOf(ingress: Ingress, systemHost: string | undefined): { wishes: Wish[]; warnings: Warning[] } {
  const source = claimSource("Ingress", ingress.metadata);
  const wishes: Wish[] = [];
  const warnings: Warning[] = [];
  for (const [index, { hosts }] of ingress.tls.entries()) {
    for (const [hostIndex, host] of hosts.entries()) {
      const field = `spec.tls[${index}].hosts[${hostIndex}]`;
      const serverName = tlsServerName(host, systemHost);
      if (typeof serverName === "string") wishes.push({ serverName, source, field });
      else warnings.push({ object: source.object, field, ...serverName });
    }
    if (hosts.length > 0) continue;
    const field = `spec.tls[${index}]`;
    for (const serverName of unlistedHosts(ingress, systemHost)) wishes.push({ serverName, source, field });
  }
  return { wishes, warnings };
}
