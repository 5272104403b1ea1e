import { expect, it } from "vitest";
import { fail, ok, skip, warn } from "../../../sync-agent/doctor/finding.ts";
import { renderJson, renderText } from "../../../sync-agent/doctor/render.ts";

const FINDINGS = [
  ok("keys", "keys/"),
  warn("clock api", "10 s ahead", "set it"),
  fail("head", "not ours", "use the keys"),
  skip("gateway", "not looked at without --gateway"),
];

it("a line for each finding, and its remedy below", () => {
  expect(renderText(FINDINGS)).toBe(
    [
      "ok    keys       keys/",
      "warn  clock api  10 s ahead",
      "                 -> set it",
      "fail  head       not ours",
      "                 -> use the keys",
      "skip  gateway    not looked at without --gateway",
      "",
      "1 ok, 1 to be looked at, 1 failed, 1 skipped",
      "",
    ].join("\n"),
  );
});

it("JSON for programs", () => {
  expect(JSON.parse(renderJson(FINDINGS))).toMatchObject({
    failed: 1,
    findings: [
      { name: "keys", outcome: "ok" },
      { name: "clock api", outcome: "warn", remedy: "set it" },
      { name: "head", outcome: "fail" },
      { name: "gateway", outcome: "skip" },
    ],
  });
});
