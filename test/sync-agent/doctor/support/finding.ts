import { expect } from "vitest";
import type { Finding, Outcome } from "../../../../sync-agent/doctor/finding.ts";

export type Expected = readonly [name: string, outcome: Outcome, detail: RegExp, remedy?: RegExp];

export function expectFinding(finding: Finding | undefined, [name, outcome, detail, remedy]: Expected): void {
  expect(finding).toMatchObject({ name, outcome, detail: expect.stringMatching(detail) as string });
  if (remedy !== undefined) expect(finding?.remedy).toMatch(remedy);
  // Whoever is told that something is wrong is told what to do.
  if (outcome === "fail" || outcome === "warn") expect(finding?.remedy).toBeTruthy();
  if (outcome === "ok") expect(finding?.remedy).toBeUndefined();
}

export function expectFindings(findings: readonly Finding[], expected: readonly Expected[]): void {
  expect(findings.map(({ name }) => name)).toEqual(expected.map(([name]) => name));
  for (const [index, each] of expected.entries()) expectFinding(findings[index], each);
}
