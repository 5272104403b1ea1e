/** Answers of other resolvers in isolate memory, within a budget: those go that were used least recently. */
import type { DnsSettings } from "../../../contract/index.ts";
import type { Query, Resolution, Visibility } from "../resolver.ts";
import { nameToKey, nameToText } from "../wire/name-text.ts";
import type { ResourceRecord } from "../wire/record.ts";

const MOST_ANSWERS = 4_096;
/** As messages; objects take several times that. */
const MOST_OCTETS = 2 * 1024 * 1024;
/** Configurations come one after another: what was asked under older ones is of no use. */
const MOST_CONFIGURATIONS = 8;

export interface KeptAnswer {
  readonly resolution: Resolution;
  /** Milliseconds since 1970. */
  readonly until: number;
}

export class AnswerMemory {
  /** In the order of their last use. */
  readonly #answers = new Map<string, KeptAnswer & { readonly octets: number }>();
  #octets = 0;
  readonly #configurations = new Map<string, number>();
  readonly #ofSettings = new WeakMap<DnsSettings, number>();
  readonly #ofVisibility = new WeakMap<Visibility, string>();
  #nextConfiguration = 0;

  /** What an answer depends on: how the resolver is configured, what may be seen, and what is asked. */
  keyOf({ question, dnssecOk, view, visible }: Query): string {
    const configuration = this.#configurationOf(view.root.settings.dns);
    const flags = `${configuration} ${question.type} ${dnssecOk ? "do" : "-"}`;
    return `${flags} ${this.#visibilityText(visible)} ${nameToKey(question.name)}`;
  }

  get(key: string): KeptAnswer | undefined {
    const kept = this.#answers.get(key);
    if (kept === undefined) return undefined;
    this.#answers.delete(key);
    this.#answers.set(key, kept);
    return kept;
  }

  set(key: string, answer: KeptAnswer): void {
    this.#delete(key);
    const octets = key.length + sizeOf(answer.resolution);
    this.#answers.set(key, { ...answer, octets });
    this.#octets += octets;
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= MOST_ANSWERS && this.#octets <= MOST_OCTETS) break;
      this.#delete(oldest);
    }
  }

  #delete(key: string): void {
    this.#octets -= this.#answers.get(key)?.octets ?? 0;
    this.#answers.delete(key);
  }

  /** The same number for the same configuration, whichever snapshot it came with. */
  #configurationOf(settings: DnsSettings): number {
    const known = this.#ofSettings.get(settings);
    if (known !== undefined) return known;
    const text = JSON.stringify(settings.servers);
    const number = this.#configurations.get(text) ?? this.#nextConfiguration++;
    this.#configurations.delete(text);
    this.#configurations.set(text, number);
    const [oldest] = this.#configurations.keys();
    if (this.#configurations.size > MOST_CONFIGURATIONS && oldest !== undefined) {
      this.#configurations.delete(oldest);
    }
    this.#ofSettings.set(settings, number);
    return number;
  }

  #visibilityText(visible: Visibility): string {
    const known = this.#ofVisibility.get(visible);
    if (known !== undefined) return known;
    const { namespaces, zones, forward } = visible;
    const text = JSON.stringify([
      namespaces === undefined ? null : [...namespaces].toSorted((a, b) => (a < b ? -1 : 1)),
      zones?.map(nameToText) ?? null,
      forward,
    ]);
    this.#ofVisibility.set(visible, text);
    return text;
  }
}

function sizeOf({ answers, authorities, additionals }: Resolution): number {
  const records = [...answers, ...authorities, ...additionals];
  return records.reduce((sum, record) => sum + record.name.wire.length + 10 + dataSize(record), 0);
}

function dataSize(record: ResourceRecord): number {
  switch (record.type) {
    case "A":
    case "AAAA":
      return 16;
    case "NS":
    case "CNAME":
    case "PTR":
      return record.target.wire.length;
    case "SRV":
      return 6 + record.target.wire.length;
    case "SOA":
      return 20 + record.primary.wire.length + record.mailbox.wire.length;
    case "TXT":
      return record.strings.reduce((sum, string) => sum + string.length + 1, 0);
    case "opaque":
      return record.data.length;
  }
}
