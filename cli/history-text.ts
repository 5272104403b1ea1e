/** `lintel history` as text and as JSON. Pure. */
import { SECTION_NAMES } from "../contract/index.ts";
import type { HistoryEntry } from "../sync-agent/publish/history.ts";
import { changeLines } from "../worker/system/history/change.ts";
import type { Comparison } from "../worker/system/history/compare.ts";
import type { HistoryAnswer } from "./edge-api.ts";
import { count, printable, table } from "./table.ts";

export interface Told {
  readonly entry: HistoryEntry;
  /** From which generation on; `undefined` where nothing is compared: the oldest, one that cannot be read. */
  readonly since: number | undefined;
  readonly comparison: Comparison | undefined;
}

/** Lines of one generation in the list; `--from` and `--to` tell all. */
const MOST_LINES = 6;
const INDENT = " ".repeat(12);

export function historyText(told: readonly Told[], cluster: string): string {
  if (told.length === 0) return `KV keeps no generation of cluster ${cluster}.\n`;
  const columns = ["GENERATION", "TIME", ...SECTION_NAMES.map((name) => name.toUpperCase()), ""];
  const [head = "", ...rows] = table(
    columns.map((name) => ({ name })),
    told.map(({ entry }) => [
      String(entry.generation),
      timeOf(entry) ?? "-",
      ...SECTION_NAMES.map((name) => String(entry.records?.[name] ?? "-")),
      notesOn(entry),
    ]),
  );
  const lines = told.flatMap((one, at) => [rows[at] ?? "", ...summary(one)]);
  return `${[head, ...lines].join("\n")}\n`;
}

function summary({ entry, since, comparison }: Told): string[] {
  if (comparison === undefined || since === undefined) return [];
  const lines = linesOf(comparison);
  const shown = lines.length > MOST_LINES ? lines.slice(0, MOST_LINES - 1) : lines;
  const more = lines.length - shown.length;
  const all = `lintel history --from ${since} --to ${entry.generation}`;
  return [...shown, ...(more > 0 ? [`and ${count(more)} more: ${all}`] : [])].map((line) => INDENT + line);
}

type EdgeGenerations = NonNullable<HistoryAnswer>["generations"];

/** As an edge tells it, which has a few lines of each. */
export function edgeHistoryText(generations: EdgeGenerations): string {
  if (generations.length === 0) return "The edge's KV keeps no generation.\n";
  const columns = ["GENERATION", "TIME", "HOSTS", "SERVICES", "CERTIFICATES", ""];
  const [head = "", ...rows] = table(
    columns.map((name) => ({ name })),
    generations.map(({ generation, time, served, hold, records, problem }) => [
      String(generation),
      time === null ? "-" : new Date(time).toISOString(),
      ...(["hosts", "services", "certificates"] as const).map((name) => String(records?.[name] ?? "-")),
      [
        served ? "served" : undefined,
        hold === null
          ? undefined
          : `holds generation ${hold.generation}${hold.reason ? `: ${hold.reason}` : ""}`,
        problem ?? undefined,
      ]
        .filter((note) => note !== undefined)
        .join(", "),
    ]),
  );
  const lines = generations.flatMap(({ generation, changed }, at) => {
    if (!changed) return [rows[at] ?? ""];
    const { since, lines, more } = changed;
    const all = `lintel history --from ${since} --to ${generation}`;
    const texts = lines.length + more === 0 ? ["nothing that is served differs"] : lines;
    return [
      rows[at] ?? "",
      ...[...texts, ...(more > 0 ? [`and ${count(more)} more: ${all}`] : [])].map(
        (line) => INDENT + printable(line),
      ),
    ];
  });
  return `${[head, ...lines].join("\n")}\n`;
}

export function edgeHistoryJson(generations: EdgeGenerations): string {
  return json(generations);
}

type AnyComparison = Omit<Comparison, "changes"> & {
  readonly changes: readonly Pick<Comparison["changes"][number], "kind" | "name" | "details">[];
};

export function comparisonText(from: number, to: number, comparison: AnyComparison): string {
  const changes = comparison.changes.length + comparison.omitted;
  const head = `From generation ${from} to ${to}: ${count(changes)} ${changes === 1 ? "change" : "changes"}`;
  return `${[head, ...linesOf(comparison)].join("\n")}\n`;
}

function linesOf({ changes, omitted, incomplete }: AnyComparison): string[] {
  const lines = [
    ...changes.flatMap(changeLines),
    ...(omitted > 0 ? [`and ${count(omitted)} more changes`] : []),
    ...incomplete.map((text) => `not all of it is known: ${text}`),
  ];
  return (lines.length === 0 ? ["nothing that is served differs"] : lines).map(printable);
}

/** `since` and `changes` only where something was compared. */
export function historyJson(told: readonly Told[]): string {
  return json(
    told.map(({ entry, since, comparison }) => ({
      ...entry,
      time: timeOf(entry),
      ...(comparison !== undefined && { since, ...comparison }),
    })),
  );
}

export function comparisonJson(from: number, to: number, comparison: AnyComparison): string {
  return json({ from, to, ...comparison });
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function timeOf({ time }: HistoryEntry): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString();
}

function notesOn({ current, atEdge, hold, problem }: HistoryEntry): string {
  const rollback =
    hold &&
    `${current ? "holds" : "held"} generation ${hold.generation}${hold.reason ? `: ${hold.reason}` : ""}`;
  return [current ? "current" : undefined, atEdge === true ? "at the edge" : undefined, rollback, problem]
    .filter((note) => note !== undefined)
    .join(", ");
}
