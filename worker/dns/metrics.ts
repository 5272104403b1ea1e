/**
 * What this isolate's resolver has answered, as counters in Prometheus's text format. Labels hold nothing that clients
 * choose: no names that are asked for, and of types and codes those that have a name.
 */
import { type Family, familyText } from "../observe/series.ts";
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

export const DNS_FAMILIES = {
  answers: {
    name: "lintel_edge_dns_answers_total",
    type: "counter",
    labels: ["zone", "type", "rcode", "asker"],
    help: "DNS answers, by the zone of the server block that gave them.",
  },
  refusals: {
    name: "lintel_edge_dns_refusals_total",
    type: "counter",
    labels: ["status"],
    help: "Requests to the resolver without a DNS answer, by HTTP status.",
  },
} as const satisfies Record<string, Family>;

/** Zones times types times codes times askers may be many; what comes later is counted together. */
const MOST_SERIES = 2_000;
const OVERFLOW = ["other", "other", "other", "other"];

interface Series {
  readonly labels: readonly string[];
  count: number;
}

export class DnsMetrics {
  readonly #answers = new Map<string, Series>();
  readonly #refusals = new Map<string, Series>();

  answered({ zone = "none", type, rcode, asker = "none" }: Answered): void {
    const typeLabel = type === undefined ? "none" : named(typeText(type), "TYPE");
    const labels = [zone, typeLabel, named(rcodeText(rcode), "RCODE"), asker];
    increase(this.#answers, labels, MOST_SERIES);
  }

  /** A request over HTTP that no DNS answer came of. */
  refused(status: number): void {
    increase(this.#refusals, [String(status)], Infinity);
  }

  /** The media type is `text/plain; version=0.0.4`. */
  text(): string {
    return textOf(DNS_FAMILIES.answers, this.#answers) + textOf(DNS_FAMILIES.refusals, this.#refusals);
  }
}

function named(text: string, prefix: string): string {
  return text.startsWith(prefix) ? "other" : text;
}

function increase(counts: Map<string, Series>, labels: readonly string[], most: number): void {
  const key = labels.join(" ");
  const known = counts.get(key);
  if (known !== undefined) known.count++;
  else if (counts.size < most || labels === OVERFLOW) counts.set(key, { labels, count: 1 });
  else increase(counts, OVERFLOW, most);
}

function textOf(family: Family, counts: ReadonlyMap<string, Series>): string {
  return familyText(
    family,
    Array.from(counts.values(), ({ labels, count }) => [labels, count] as const),
  );
}
