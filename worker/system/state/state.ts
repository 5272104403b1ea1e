/** Gathers what the pages and `/api` show, and hands it to the pure functions beside this file. */
import { errorText } from "../../log.ts";
import type { Generation } from "../../snapshot/generation.ts";
import type { SnapshotReader } from "../../snapshot/reader.ts";
import { certificateEntry, certificateList, type CertificateList } from "./certificates.ts";
import type { FoundAgent, TrafficFacts } from "./facts.ts";
import { Inventory } from "./inventory.ts";
import { type Overview, overviewOf, servicesDown } from "./overview.ts";
import { type TrafficView, trafficView } from "./traffic.ts";
import { type Warning, warningsOf } from "./warnings.ts";

export interface StateSources {
  readonly reader: Pick<SnapshotReader, "view" | "lastError">;
  /** Never rejects. */
  readonly agent: () => Promise<FoundAgent>;
  /** `null` where nobody counts. */
  readonly traffic: () => TrafficFacts | null;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface ListQuery {
  readonly query: string;
  /** From 1 on. */
  readonly page: number;
}

export const PAGE_SIZE = 50;

/** One an isolate. All methods reject with SnapshotUnavailableError before the first snapshot. */
export class EdgeState {
  readonly inventory = new Inventory();
  readonly #sources: StateSources;

  constructor(sources: StateSources) {
    this.#sources = sources;
  }

  get now(): number {
    return this.#sources.now();
  }

  async view(): Promise<Generation> {
    return this.#sources.reader.view();
  }

  async overview(): Promise<Overview> {
    const generation = await this.view();
    const [hosts, services, certificates, found, warnings] = await Promise.all([
      this.inventory.hosts(generation),
      this.inventory.services(generation),
      this.inventory.certificates(generation),
      this.#sources.agent(),
      this.warnings(),
    ]);
    return overviewOf({
      root: generation.root,
      lastError: this.#lastError,
      hosts,
      services,
      certificates,
      found,
      warnings,
      traffic: this.#sources.traffic(),
      now: this.now,
    });
  }

  async warnings(): Promise<readonly Warning[]> {
    const generation = await this.view();
    const { hold } = generation.root;
    const [hosts, services, { lines }, found] = await Promise.all([
      this.inventory.hosts(generation),
      this.inventory.services(generation),
      this.inventory.certificates(generation),
      this.#sources.agent(),
    ]);
    const entries = lines.map((line) => certificateEntry(line, this.now));
    return warningsOf({
      found,
      lastError: this.#lastError,
      hold: hold === undefined ? null : { generation: hold.generation, reason: hold.reason ?? null },
      servicesDown: servicesDown(hosts, services),
      certificates: entries.filter(({ state }) => state !== "valid"),
    });
  }

  async certificates({ query, page }: ListQuery): Promise<CertificateList> {
    const all = await this.inventory.certificates(await this.view());
    return certificateList(all, { query, page, size: PAGE_SIZE, now: this.now });
  }

  traffic(): TrafficView | null {
    const facts = this.#sources.traffic();
    return facts && trafficView(facts);
  }

  get #lastError(): string | null {
    const { lastError } = this.#sources.reader;
    return lastError === undefined ? null : errorText(lastError);
  }
}
