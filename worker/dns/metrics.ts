/**
 * What this isolate's resolver has answered, as counters in Prometheus's text format. Labels hold nothing that clients
 * choose: no names that are asked for, and of types and codes those that have a name.
 */
import { rcodeText } from "./wire/codes.ts";
import { typeText } from "./wire/record-text.ts";

export interface Answered {
  /** Of the server block that answered; absent where none did. */
  readonly zone: string | undefined;
  readonly type: number | undefined;
  readonly rcode: number;
  /** What the asker is called in the Secret that lets it ask. */
  readonly asker: string | undefined;
}

const ANSWERS = "lintel_edge_dns_answers_total";
const REFUSALS = "lintel_edge_dns_refusals_total";
/** Zones times types times codes times askers may be many; what comes later is counted together. */
const MOST_SERIES = 2_000;
const OVERFLOW = labels({ zone: "other", type: "other", rcode: "other", asker: "other" });

export class DnsMetrics {
  readonly #answers = new Map<string, number>();
  readonly #refusals = new Map<string, number>();

  answered({ zone = "none", type, rcode, asker = "none" }: Answered): void {
    const code = rcodeText(rcode);
    const series = labels({
      zone,
      type: type === undefined ? "none" : named(typeText(type), "TYPE"),
      rcode: named(code, "RCODE"),
      asker,
    });
    const isKnown = this.#answers.has(series) || this.#answers.size < MOST_SERIES;
    increase(this.#answers, isKnown ? series : OVERFLOW);
  }

  /** A request over HTTP that no DNS answer came of. */
  refused(status: number): void {
    increase(this.#refusals, labels({ status: String(status) }));
  }

  /** The media type is `text/plain; version=0.0.4`. */
  text(): string {
    return [
      ...family(ANSWERS, "DNS answers, by the zone of the server block that gave them.", this.#answers),
      ...family(REFUSALS, "Requests to the resolver without a DNS answer, by HTTP status.", this.#refusals),
      "",
    ].join("\n");
  }
}

function named(text: string, prefix: string): string {
  return text.startsWith(prefix) ? "other" : text;
}

function increase(counts: Map<string, number>, series: string): void {
  counts.set(series, (counts.get(series) ?? 0) + 1);
}

function family(name: string, help: string, counts: ReadonlyMap<string, number>): string[] {
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} counter`,
    ...Array.from(counts, ([series, count]) => `${name}${series} ${count}`),
  ];
}

function labels(values: Readonly<Record<string, string>>): string {
  return `{${Object.entries(values)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(",")}}`;
}

/** Prometheus, "Text-based format". */
function escaped(value: string): string {
  return value
    .replaceAll("\\", String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll("\n", String.raw`\n`);
}
