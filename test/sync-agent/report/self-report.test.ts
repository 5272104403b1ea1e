import { beforeEach, expect, it } from "vitest";
import { type AgentReport, decodeReport, reportKey } from "../../../contract/index.ts";
import { PublishError } from "../../../sync-agent/publish/error.ts";
import type { KvPair } from "../../../sync-agent/publish/kv.ts";
import type { Check } from "../../../sync-agent/report/health.ts";
import {
  createSelfReporter,
  type SelfFacts,
  type SelfReporter,
} from "../../../sync-agent/report/self-report.ts";
import type { Warning } from "../../../sync-agent/warning.ts";
import { createFakeClock, type FakeClock } from "../publish/support/fake-clock.ts";
import { createFakeLog, type FakeLog } from "../publish/support/fake-log.ts";

/** What signs takes no time here, so that all is done when the clock has advanced. */
const signer = { sign: async () => new Uint8Array(64) };
const verifier = { verify: async () => true };

let clock: FakeClock;
let log: FakeLog;
let written: (KvPair & { readonly at: number })[];
let faults: PublishError[];
let checks: Check[];
let reporter: SelfReporter;
let term: AbortController;

beforeEach(() => {
  clock = createFakeClock();
  log = createFakeLog();
  [written, faults, checks] = [[], [], [{ name: "source", problem: undefined, weight: "required" }]];
  term = new AbortController();
  reporter = newReporter(300_000);
});

function newReporter(heartbeat: number): SelfReporter {
  return createSelfReporter({
    cluster: "default",
    agent: { id: "agent-0", version: "0.1.0", mode: "cluster" },
    kv: {
      async put(pairs) {
        const fault = faults.shift();
        if (fault !== undefined) throw fault;
        written.push(...pairs.map((pair) => ({ ...pair, at: clock.monotonic() })));
      },
    },
    signer,
    checks: () => checks,
    spacing: 60_000,
    heartbeat,
    clock,
    random: () => 0.5,
    log,
  });
}

const WARNING: Warning = {
  object: "Ingress shop/web",
  field: "spec",
  reason: "ObjectInvalid",
  message: "m",
  remedy: "r",
};
const facts = (more: Partial<SelfFacts> = {}): SelfFacts => ({
  warnings: [],
  generation: 1,
  durations: { compile: 3 },
  ...more,
});

async function tell(more?: Partial<SelfFacts>): Promise<void> {
  reporter.report(facts(more), term.signal);
  await clock.advance(0);
}

const times = () => written.map(({ at }) => at);
async function last(): Promise<AgentReport> {
  expect(written.at(-1)?.key).toBe(reportKey("default"));
  return decodeReport(written.at(-1)?.value ?? "", verifier);
}

it("tells of warnings and checks", async () => {
  checks = [{ name: "publish", problem: "the last round has failed", weight: "notice" }];
  await tell({ warnings: [WARNING] });
  expect(await last()).toEqual({
    format: 1,
    cluster: "default",
    time: 1_000_000,
    generation: 1,
    agent: { id: "agent-0", version: "0.1.0", mode: "cluster" },
    warnings: [WARNING],
    omitted: 0,
    checks: [{ name: "publish", problem: "the last round has failed" }],
    durations: { compile: 3 },
    heartbeat: 300_000,
  });
});

it("writes nothing for publications alone, and a heartbeat in its time, with what holds then", async () => {
  await tell();
  for (let generation = 2; generation < 60; generation++) {
    await clock.advance(1_500);
    await tell({ generation });
  }
  expect(times()).toEqual([0]);
  await clock.advance(300_000 - 58 * 1_500);
  expect(times()).toEqual([0, 300_000]);
  expect(await last()).toMatchObject({ generation: 59, time: 1_300_000 });
});

it("writes what changes at once, but not more often than it may", async () => {
  await tell();
  await clock.advance(70_000);
  await tell({ warnings: [WARNING] });
  await tell();
  await tell({ warnings: [WARNING, { ...WARNING, field: "spec.rules" }] });
  expect(times()).toEqual([0, 70_000]);
  await clock.advance(60_000);
  expect(times()).toEqual([0, 70_000, 130_000]);
  expect((await last()).warnings).toHaveLength(2);
});

it("writes no heartbeat where none is wanted", async () => {
  reporter = newReporter(0);
  await tell();
  await clock.advance(86_400_000);
  expect(times()).toEqual([0]);
  expect((await last()).heartbeat).toBeUndefined();
});

it("says once that it cannot, and tries again, not before the API wants it", async () => {
  const refusal = new PublishError({
    operation: "write",
    reason: "limited",
    problem: "too many requests",
    remedy: "wait",
    retryAfter: 200_000,
  });
  faults.push(refusal, refusal);
  await tell();
  await tell({ generation: 2 });
  await clock.advance(199_000);
  expect(times()).toEqual([]);
  await clock.advance(600_000);
  expect(written.length).toBeGreaterThan(0);
  expect(log.lines.filter((line) => JSON.stringify(line).includes("cannot report"))).toHaveLength(1);
});

it("is silent once it leads no more, and writes anew when it leads again", async () => {
  await tell();
  term.abort();
  await clock.advance(86_400_000);
  expect(times()).toEqual([0]);
  term = new AbortController();
  await tell();
  expect(written).toHaveLength(2);
});
