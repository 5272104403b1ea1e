import { loadVerifier, SECTION_NAMES } from "../../contract/index.ts";
import { createEdgeHead } from "../../sync-agent/publish/edge-head.ts";
import { type HistoryEntry, readHistory } from "../../sync-agent/publish/history.ts";
import type { HistoryFlags } from "../history.ts";
import { readKeys } from "../key-files.ts";
import { kvOf, namingFlags } from "../kv-access.ts";

/** Prints the history to stdout. @throws CommandError naming the flag and the remedy. */
export async function runHistory(flags: HistoryFlags): Promise<void> {
  const { publicKey } = await readKeys(flags.keys, ["publicKey"]);
  const verifier = await loadVerifier(publicKey);
  const entries = await namingFlags(flags, async () => {
    const edge = flags.headUrl === undefined ? undefined : await createEdgeHead(flags.headUrl).get();
    return readHistory({ cluster: flags.cluster, kv: kvOf(flags), verifier }, flags.limit, edge);
  });
  process.stdout.write(flags.format === "json" ? json(entries) : text(entries, flags.cluster));
}

function json(entries: readonly HistoryEntry[]): string {
  const dated = entries.map((entry) => ({ ...entry, time: timeOf(entry) }));
  return `${JSON.stringify(dated, undefined, 2)}\n`;
}

function text(entries: readonly HistoryEntry[], cluster: string): string {
  if (entries.length === 0) return `KV keeps no generation of cluster ${cluster}.\n`;
  const head = ["GENERATION", "TIME", ...SECTION_NAMES.map((name) => name.toUpperCase()), ""];
  const rows = entries.map((entry) => [
    String(entry.generation),
    timeOf(entry) ?? "-",
    ...SECTION_NAMES.map((name) => String(entry.records?.[name] ?? "-")),
    notesOn(entry),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const lines = [head, ...rows].map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
  return `${lines.join("\n")}\n`;
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
