import { expect, it } from "vitest";
import { REPORT_LIMITS } from "../../../contract/index.ts";
import { reportedText, reportedWarnings } from "../../../sync-agent/report/reported.ts";
import type { Warning } from "../../../sync-agent/warning.ts";

const warning = (name: string, message = "m"): Warning => ({
  object: `Ingress shop/${name}`,
  field: "",
  reason: "ObjectInvalid",
  message,
  remedy: "r",
});

it("is the same whatever order warnings come in, and tells how many it leaves out", () => {
  const found = ["c", "a", "b"].map((name) => warning(name));
  const report = reportedWarnings(found, { warnings: 2, bytes: 10_000 });
  expect(report.warnings.map(({ object }) => object)).toEqual(["Ingress shop/a", "Ingress shop/b"]);
  expect(report.omitted).toBe(1);
  expect(reportedWarnings(found.toReversed(), { warnings: 2, bytes: 10_000 })).toEqual(report);
});

it("keeps within its bytes, however long the texts are", () => {
  const found = Array.from({ length: 1000 }, (_, i) => warning(`${i}`, "ü".repeat(5000)));
  const { warnings, omitted } = reportedWarnings(found);
  expect(JSON.stringify(warnings).length).toBeLessThan(REPORT_LIMITS.bytes);
  expect(warnings.length + omitted).toBe(1000);
  expect(warnings[0]?.message).toHaveLength(REPORT_LIMITS.text);
});

it.each([
  ["a cut within a pair", `${"x".repeat(1022)}😀more`],
  ["an escape in a manifest", "\uD800 alone"],
])("has a form in UTF-8: %s", (_, text) => {
  expect(reportedText(text).isWellFormed()).toBe(true);
});
