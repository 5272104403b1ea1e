/**
 * Section `hosts`, merged host by host. What Ingresses claim of one host bears on another only where one is an alias of
 * the other: hosts that are linked so, directly or over others, are merged together.
 */
import type { HostRecord } from "../../../contract/index.ts";
import { type HostClaim, mergeHostClaims } from "../host-claims.ts";
import { Groups } from "./groups.ts";
import type { WarningLedger } from "./warning-ledger.ts";

/** Hosts that are merged together. */
interface Component {
  readonly hosts: ReadonlySet<string>;
  readonly slot: string;
}

export class HostComponents {
  readonly #claims = new Groups<HostClaim>();
  /** By host, those of which it is an alias or that are aliases of it. */
  readonly #links = new Groups<string>();
  readonly #components = new Map<string, Component>();
  #records: ReadonlyMap<string, HostRecord> = new Map();

  /** Replaces what an Ingress claims. */
  set(owner: string, claims: readonly HostClaim[]): void {
    this.#claims.set(
      owner,
      Map.groupBy(claims, ({ host }) => host),
    );
    const links = claims.flatMap(({ host, aliasOf }) =>
      aliasOf === undefined
        ? []
        : [
            { from: host, to: aliasOf },
            { from: aliasOf, to: host },
          ],
    );
    const byHost = Map.groupBy(links, ({ from }) => from);
    this.#links.set(owner, new Map([...byHost].map(([host, all]) => [host, all.map(({ to }) => to)])));
  }

  /** @returns how many hosts were merged anew */
  update(ledger: WarningLedger): number {
    const dirty = new Set([...this.#claims.takeDirty(), ...this.#links.takeDirty()]);
    if (dirty.size === 0) return 0;
    const components = this.#connected(dirty);
    const records = new Map(this.#records);
    // Before any is merged: what was one component may be several now, and the other way round.
    for (const { hosts } of components) {
      for (const host of hosts) {
        const former = this.#components.get(host);
        if (former !== undefined) ledger.set(former.slot, []);
        this.#components.delete(host);
        records.delete(host);
      }
    }
    let count = 0;
    for (const component of components) {
      const claims = [...component.hosts].flatMap((host) => this.#claims.items(host));
      if (claims.length === 0) continue;
      const merged = mergeHostClaims(claims);
      for (const host of component.hosts) this.#components.set(host, component);
      for (const [host, record] of merged.records) records.set(host, record);
      ledger.set(component.slot, merged.warnings);
      count += component.hosts.size;
    }
    this.#records = records;
    return count;
  }

  /** The same map while nothing has changed. */
  records(): ReadonlyMap<string, HostRecord> {
    return this.#records;
  }

  #connected(some: Iterable<string>): Component[] {
    const seen = new Set<string>();
    const components: Component[] = [];
    for (const start of some) {
      if (seen.has(start)) continue;
      seen.add(start);
      const hosts = new Set([start]);
      for (const host of hosts) {
        for (const next of this.#links.items(host)) {
          seen.add(next);
          hosts.add(next);
        }
      }
      components.push({ hosts, slot: `host ${start}` });
    }
    return components;
  }
}
