import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { isMet } from "../../bench/support/benchmark.ts";
import { figure, report } from "../../bench/support/report.ts";
import { withGoals } from "../../bench/support/readme.ts";
import { README, readResults, REPORT } from "../../bench/support/results.ts";

const machine = { cpu: "Example", cores: 2, memoryGiB: 8, kernel: "6.1", versions: { node: "24.0.0" } };

describe("the report of benchmarks", () => {
  it("is bench/results.md, made of bench/results.json", async () => {
    expect(await readFile(REPORT, "utf8")).toBe(report(await readResults()));
  });

  it("has its goals in the README, as they were last met or missed", async () => {
    const readme = await readFile(README, "utf8");
    expect(readme).toBe(withGoals(readme, await readResults()));
  });

  it("puts each figure beside its baseline, and tells of goals that are missed", () => {
    const text = report({
      matching: {
        title: "Matching",
        method: "By the clock.",
        day: "2026-11-29",
        seconds: 12.4,
        machine,
        findings: {
          rows: [
            { what: "10 routes", measured: 50, unit: "ns", baseline: { name: "other router", value: 200 } },
            { what: "writes", measured: 3, unit: "keys" },
          ],
          goals: [
            { what: "faster", is: 0.25, want: { atMost: 1 } },
            { what: "flat", is: 1.5, want: { atMost: 1.2 } },
          ],
          notes: ["Warm."],
        },
      },
    });
    expect(text).toContain("| 10 routes | 50 ns    | 200 (other router) | 0.25  |");
    expect(text).toContain("| writes    | 3 keys   |                    |       |");
    expect(text).toMatch(/\| faster \| at most 1 +\| 0\.25 \| met/);
    expect(text).toMatch(/\| flat +\| at most 1\.2 +\| 1\.5 +\| \*\*missed\*\*/);
    expect(text).toContain("- Warm.");
    expect(text).toContain("2026-11-29, 12 s, Example, 2 cores, 8 GiB, Linux 6.1; node 24.0.0.");
  });

  it.each([
    [0.8531, "0.853"],
    [3, "3"],
    [42.04, "42"],
    [12_345.6, "12,346"],
  ])("writes %s as %s", (value, text) => {
    expect(figure(value)).toBe(text);
  });

  it.each([
    [{ atLeast: 0.9 }, 0.9, true],
    [{ atLeast: 0.9 }, 0.89, false],
    [{ atMost: 300 }, 300, true],
    [{ atMost: 300 }, 301, false],
  ])("holds %o against %d: %s", (want, is, met) => {
    expect(isMet({ what: "it", is, want })).toBe(met);
  });
});
