import type { Finding, Outcome } from "./finding.ts";

/** A line for each finding, and its remedy below. Columns line up. */
export function renderText(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ name }) => name.length));
  const lines = findings.flatMap(({ outcome, name, detail, remedy }) => [
    `${outcome.padEnd(4)}  ${name.padEnd(width)}  ${detail}`,
    ...(remedy === undefined ? [] : [`${" ".repeat(6)}${" ".repeat(width)}  -> ${remedy}`]),
  ]);
  return `${[...lines, "", summary(findings)].join("\n")}\n`;
}

/** `{"findings":[{"name","outcome","detail","remedy"}],"failed":n}`. */
export function renderJson(findings: readonly Finding[]): string {
  return `${JSON.stringify({ findings, failed: count(findings, "fail") }, undefined, 2)}\n`;
}

export function count(findings: readonly Finding[], wanted: Outcome): number {
  return findings.filter(({ outcome }) => outcome === wanted).length;
}

function summary(findings: readonly Finding[]): string {
  const of = (wanted: Outcome) => count(findings, wanted);
  return `${of("ok")} ok, ${of("warn")} to be looked at, ${of("fail")} failed, ${of("skip")} skipped`;
}
