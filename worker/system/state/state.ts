/** Gathers what the pages and `/api` show, and hands it to the pure functions beside this file. */
import { errorText } from "../../log.ts";
import type { AccessRecord } from "../../observe/access-record.ts";
import type { Pool } from "../../ingress/pool.ts";
import type { Generation } from "../../snapshot/generation.ts";
import type { SnapshotReader } from "../../snapshot/reader.ts";
import { certificateEntry, certificateList, type CertificateList, certificateState } from "./certificates.ts";
import { type AskDns, type DnsAnswer, type DnsQuestion } from "./dns.ts";
import type { FoundAgent, TrafficFacts } from "./facts.ts";
import { type Failure, failuresFound } from "./failures.ts";
import { failingServices } from "./failing.ts";
import { type HistoryQuery, type HistorySource, type HistoryView, historyView } from "./history.ts";
import { type HostDetail, hostDetail, type HostList, hostList } from "./hosts.ts";
import { type AllCertificates, type AllHosts, type AllServices, Inventory } from "./inventory.ts";
import { type Overview, overviewOf, servicesDown } from "./overview.ts";
import { type ServiceDetail, serviceOf } from "./services.ts";
import { type TrafficView, trafficView } from "./traffic.ts";
import { type Warning, warningsOf } from "./warnings.ts";

export interface StateSources {
  readonly reader: Pick<SnapshotReader, "view" | "lastError">;
  /** Never rejects. */
  readonly agent: () => Promise<FoundAgent>;
  /** `null` where nobody counts. */
  readonly traffic: () => TrafficFacts | null;
  /** Requests that this isolate answered with 5xx, the newest first. */
  readonly failures: () => readonly AccessRecord[];
  /** What this isolate knows of the endpoints behind a port, where it has sent anything there. */
  readonly poolOf: (service: string, port: number) => Pool | undefined;
  readonly askDns: AskDns;
  readonly history: HistorySource;
  /** Does something once the response is on its way. */
  readonly background: (work: () => Promise<unknown>) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface ListQuery {
  readonly query: string;
  /** From 1 on. */
  readonly page: number;
}

interface Reading {
  readonly generation: Generation;
  readonly hosts: AllHosts;
  readonly services: AllServices;
  readonly certificates: AllCertificates;
  readonly found: FoundAgent;
}

/** A change of a cluster touches so many shards at most, and as many are read at once. */
const FEW_READS = 16;
/** A reading that takes longer has ended with the request that began it (Workers). */
const READING_MS = 10_000;

export const PAGE_SIZE = 50;
/** Routes of one host on a page. */
const ROUTES = 50;

/** One an isolate. All methods reject with SnapshotUnavailableError before the first snapshot. */
export class EdgeState {
  readonly inventory = new Inventory();
  readonly #sources: StateSources;
  #readingSince = Number.NEGATIVE_INFINITY;

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
    return (await this.front()).overview;
  }

  async warnings(): Promise<readonly Warning[]> {
    return this.#warningsIn(await this.#read());
  }

  /** What the first page shows, of one reading: two at once would read a whole cluster twice. */
  async front(): Promise<{ readonly overview: Overview; readonly warnings: readonly Warning[] }> {
    const all = await this.#read();
    const warnings = this.#warningsIn(all);
    const { generation, hosts, services, certificates, found } = all;
    const overview = overviewOf({
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
    return { overview, warnings };
  }

  /**
   * For the number beside a menu's entry, which no page waits for: `undefined` while much of the cluster has yet to be
   * read, which this begins then.
   */
  async warningsKnown(): Promise<readonly Warning[] | undefined> {
    if (this.inventory.unread(await this.view()) <= FEW_READS) return this.warnings();
    const { now } = this;
    if (now - this.#readingSince >= READING_MS) {
      this.#readingSince = now;
      // Whoever needs it next reads it, and is told what is wrong.
      this.#sources.background(() => this.#read().catch(() => undefined));
    }
    return undefined;
  }

  async #read(): Promise<Reading> {
    const generation = await this.view();
    const [hosts, services, certificates, found] = await Promise.all([
      this.inventory.hosts(generation),
      this.inventory.services(generation),
      this.inventory.certificates(generation),
      this.#sources.agent(),
    ]);
    return { generation, hosts, services, certificates, found };
  }

  #warningsIn({ generation, hosts, services, certificates, found }: Reading): readonly Warning[] {
    const { hold } = generation.root;
    const { now } = this;
    const ending = certificates.lines.filter(({ notAfter }) => certificateState(notAfter, now) !== "valid");
    const down = servicesDown(hosts, services);
    return warningsOf({
      found,
      lastError: this.#lastError,
      hold: hold === undefined ? null : { generation: hold.generation, reason: hold.reason ?? null },
      servicesDown: down,
      failing: failingServices(this.#sources.traffic()?.flows ?? [], this.#sources.failures(), new Set(down)),
      certificates: ending.map((line) => certificateEntry(line, now)),
    });
  }

  async hosts({ query, page }: ListQuery): Promise<HostList> {
    const generation = await this.view();
    const [hosts, services, certificates] = await Promise.all([
      this.inventory.hosts(generation),
      this.inventory.services(generation),
      this.inventory.certificates(generation),
    ]);
    const facts = { hosts, services, certificates, now: this.now };
    return hostList(generation, facts, { query, page, size: PAGE_SIZE });
  }

  async host(name: string, page: number): Promise<HostDetail | undefined> {
    const { poolOf, traffic } = this.#sources;
    const flows = traffic()?.flows ?? null;
    return hostDetail(await this.view(), name, { page, size: ROUTES, now: this.now, poolOf, flows });
  }

  /** Services with their endpoints, each named once. */
  async services(
    named: readonly { readonly service: string; readonly port: number }[],
  ): Promise<readonly ServiceDetail[]> {
    const view = await this.view();
    const { poolOf, traffic } = this.#sources;
    const options = { now: this.now, poolOf, flows: traffic()?.flows ?? null };
    const once = new Map(named.map((one) => [`${one.service}:${one.port}`, one]));
    return Promise.all(
      Array.from(once.values(), ({ service, port }) => serviceOf(view, service, port, options)),
    );
  }

  failures(query: string): readonly Failure[] {
    return failuresFound(this.#sources.failures(), query);
  }

  async dns(question: DnsQuestion): Promise<DnsAnswer> {
    return this.#sources.askDns(await this.view(), question);
  }

  /** `null` where the generations cannot be listed. */
  history(query: HistoryQuery): Promise<HistoryView | null> {
    return historyView(this.#sources.history, query);
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
