/** The generations that are kept, and what differs between two of them, as pages and `/api/history` have it. Pure. */

export interface HistoryChange {
  readonly section: string;
  readonly kind: "added" | "removed" | "changed";
  readonly name: string;
  readonly details: readonly string[];
}

export interface HistoryComparison {
  readonly changes: readonly HistoryChange[];
  /** Changes besides. */
  readonly omitted: number;
  /** Why something may be missing. */
  readonly incomplete: readonly string[];
}

/** What changed in a generation, in a few lines. */
export interface HistorySummary {
  /** The generation before. */
  readonly since: number;
  readonly lines: readonly string[];
  /** Lines besides. */
  readonly more: number;
  readonly incomplete: boolean;
}

export interface HistoryGeneration {
  readonly generation: number;
  /** Milliseconds since 1970. */
  readonly time: number | null;
  readonly served: boolean;
  readonly hold: { readonly generation: number; readonly reason: string | null } | null;
  readonly records: Readonly<Record<"hosts" | "services" | "certificates", number>> | null;
  readonly problem: string | null;
}

/** With what changed in it; `null` for older ones, and for one that cannot be read. */
export type HistoryEntry = HistoryGeneration & { readonly changed: HistorySummary | null };

export interface HistoryView {
  readonly generations: readonly HistoryEntry[];
  readonly before: number;
  readonly after: number;
  readonly comparison: HistoryComparison | null;
  /** Why there is no comparison that was asked for. */
  readonly problem: string | null;
}

/** What lists and compares the generations. All give `undefined` for what cannot be had. */
export interface HistorySource {
  list(): Promise<readonly HistoryGeneration[] | undefined>;
  /** By generation. */
  summaries(): Promise<ReadonlyMap<number, HistorySummary> | undefined>;
  compare(before: number, after: number): Promise<HistoryComparison | undefined>;
}

export interface HistoryQuery {
  readonly before: number | undefined;
  readonly after: number | undefined;
}

/** Without two generations that are asked for, the newest one and the one before it. */
export async function historyView(source: HistorySource, asked: HistoryQuery): Promise<HistoryView | null> {
  const listed = await source.list();
  if (listed === undefined) return null;
  const summaries = await source.summaries();
  const generations = listed.map((entry): HistoryEntry => {
    const changed = entry.problem === null ? summaries?.get(entry.generation) : undefined;
    return Object.assign({}, entry, { changed: changed ?? null });
  });
  const readable = generations.filter(({ problem }) => problem === null);
  const after =
    asked.after ?? readable.find(({ served }) => served)?.generation ?? readable[0]?.generation ?? 0;
  const before = asked.before ?? readable.find(({ generation }) => generation < after)?.generation ?? 0;
  const common = { generations, before, after };
  if (before === 0 || before === after) return { ...common, comparison: null, problem: null };
  const comparison = (await source.compare(before, after)) ?? null;
  const problem = comparison === null ? `Generation ${before} or ${after} is not kept any more.` : null;
  return { ...common, comparison, problem };
}
