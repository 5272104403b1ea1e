/** `bench/results.md`: the findings, to be read. Pure: results in, Markdown out. */
import { type Findings, type Goal, isMet, type Row } from "./benchmark.ts";
import type { Machine } from "./machine.ts";
import type { Result, Results } from "./results.ts";

const HEAD = `# Benchmarks

Made by \`npm run bench\` (one alone: \`npm run bench -- matching\`); not edited by hand. Every figure stands beside a baseline
that was measured in the same run on the same machine: read the ratios, which travel, before the figures, which do not.
Goals that are missed are listed as missed.
`;

export function report(results: Results): string {
  const sections = Object.entries(results).map(([name, result]) => section(name, result));
  return [HEAD, ...sections].join("\n");
}

function section(name: string, { title, method, day, seconds, machine, findings }: Result): string {
  return [
    `## ${title}`,
    "",
    method,
    "",
    `\`npm run bench -- ${name}\`: ${day}, ${Math.round(seconds)} s, ${machineText(machine)}`,
    "",
    ...rowTable(findings.rows),
    ...goalTable(findings),
    ...findings.notes.map((note) => `- ${note}`),
    ...(findings.notes.length > 0 ? [""] : []),
  ].join("\n");
}

const machineText = ({ cpu, cores, memoryGiB, kernel, versions }: Machine): string =>
  `${cpu}, ${cores} cores, ${memoryGiB} GiB, Linux ${kernel}; ${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ")}.`;

function rowTable(rows: readonly Row[]): string[] {
  return table(
    ["", "measured", "baseline", "ratio"],
    rows.map(({ what, measured, unit, baseline }) => [
      what,
      `${figure(measured)} ${unit}`,
      baseline === undefined ? "" : `${figure(baseline.value)} (${baseline.name})`,
      baseline === undefined ? "" : figure(measured / baseline.value),
    ]),
  );
}

function goalTable({ goals }: Findings): string[] {
  return table(
    ["goal", "wanted", "is", ""],
    goals.map((goal) => [
      goal.what,
      wanted(goal),
      withUnit(goal.is, goal.unit),
      isMet(goal) ? "met" : "**missed**",
    ]),
  );
}

export const wanted = ({ want, unit }: Goal): string =>
  "atLeast" in want ? `at least ${withUnit(want.atLeast, unit)}` : `at most ${withUnit(want.atMost, unit)}`;

export const withUnit = (value: number, unit: string | undefined): string =>
  unit === undefined ? figure(value) : `${figure(value)} ${unit}`;

/** Three digits that mean something, thousands set apart. */
export function figure(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en-US");
  return String(Number(value.toPrecision(3)));
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line), ""];
}
