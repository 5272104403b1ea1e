import { beforeEach, expect, it } from "vitest";
import { type AgentReport, encodeReport, REPORT_FORMAT, reportKey } from "../../../contract/index.ts";
import { createReportReader, isSilent } from "../../../worker/system/report.ts";
import { Published } from "../support/published.ts";

const REPORT: AgentReport = {
  format: REPORT_FORMAT,
  cluster: "default",
  time: 1_790_000_000_000,
  agent: { id: "agent-0", version: "0.1.0", mode: "cluster" },
  warnings: [],
  omitted: 0,
  checks: [],
  durations: {},
  heartbeat: 300_000,
};

let published: Published;
let now: number;
beforeEach(async () => {
  published = await Published.create();
  now = 1_790_000_000_000;
});

function reader(get = published.get) {
  const verifier = Promise.resolve(published.verifier);
  return createReportReader({
    cluster: "default",
    verifier,
    get,
    now: () => now,
    delay: () => new Promise(() => undefined),
  });
}

async function put(report: AgentReport, by = published): Promise<void> {
  published.kv.set(reportKey("default"), await encodeReport(report, by.signer));
}

it("finds what the agent wrote, and reads it again after some seconds", async () => {
  const reports = reader();
  expect(await reports.read()).toEqual({ state: "none" });
  await put(REPORT);
  expect(await reports.read()).toEqual({ state: "none" });
  now += 5_000;
  expect(await reports.read()).toEqual({ state: "found", report: REPORT });
  expect(await reports.read()).toEqual({ state: "found", report: REPORT });
  expect(published.reads).toHaveLength(2);
});

it("refuses what another key signed, and what is of another cluster", async () => {
  await put(REPORT, await Published.create());
  expect(await reader().read()).toEqual({
    state: "refused",
    problem: "report: its signature is not by the expected key",
  });
  await put({ ...REPORT, cluster: "other" });
  expect(await reader().read()).toEqual({
    state: "refused",
    problem: "report: is of cluster other, this edge serves default",
  });
});

it("says so where KV does not answer", async () => {
  const broken = reader(() => Promise.reject(new Error("KV is down")));
  expect(await broken.read()).toEqual({ state: "unreadable", problem: "Error: KV is down" });
});

it.each([
  ["within its heartbeat", REPORT, 300_000, false],
  ["with one heartbeat late, and KV stale", REPORT, 650_000, false],
  ["after two", REPORT, 660_001, true],
  ["that promised none", { ...REPORT, heartbeat: undefined }, 9_000_000, undefined],
])("an agent is silent or not: %s", (_, report, age, expected) => {
  expect(isSilent(report, report.time + age)).toBe(expected);
});
