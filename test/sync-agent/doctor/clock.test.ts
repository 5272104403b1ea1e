import { test } from "vitest";
import { checkClock } from "../../../sync-agent/doctor/clock.ts";
import { answering, unreachable } from "./support/answering.ts";
import { type Expected, expectFinding } from "./support/finding.ts";

const NOW = Date.parse("2026-06-01T12:00:00Z");
const SECOND = 1000;

/** An answer that took a second, from a server whose clock is so much ahead of ours. */
async function check(aheadMs: number, status = 200) {
  const times = [NOW, NOW + SECOND];
  const { fetch } = answering(() => {
    const date = new Date(NOW + SECOND / 2 + aheadMs).toUTCString();
    return new Response("", { status, headers: { date } });
  });
  return checkClock({
    name: "clock api",
    url: "https://api.example/x",
    fetch,
    now: () => times.shift() ?? 0,
    timeoutMs: 1000,
  });
}

test.each<[number, Expected]>([
  [0, ["clock api", "ok", /no more than 5 s/]],
  [4 * SECOND, ["clock api", "ok", /5 s/]],
  [-5 * SECOND, ["clock api", "ok", /5 s/]],
  [10 * SECOND, ["clock api", "warn", /\d s behind that of api\.example/, /NTP/]],
  [-10 * SECOND, ["clock api", "warn", /\d s ahead of that of api\.example/, /NTP/]],
  [58 * SECOND, ["clock api", "warn", /behind/, /NTP/]],
  [65 * SECOND, ["clock api", "fail", /behind/, /NTP/]],
  [-65 * SECOND, ["clock api", "fail", /ahead/, /NTP/]],
])("a server's clock that is %i ms ahead", async (ahead, expected) => {
  expectFinding(await check(ahead), expected);
});

test("a refusal tells the time as well", async () => {
  expectFinding(await check(-3600 * SECOND, 403), ["clock api", "fail", /3599 s ahead|360\d s ahead/]);
});

test.each<[string, () => Response, RegExp]>([
  ["does not answer", unreachable, /cannot be reached/],
  ["says no date", () => new Response(""), /says no date/],
])("a server that %s is no finding of the clock's", async (_, answer, detail) => {
  const { fetch } = answering(answer);
  const finding = await checkClock({
    name: "clock api",
    url: "https://api.example",
    fetch,
    now: () => NOW,
    timeoutMs: 1000,
  });
  expectFinding(finding, ["clock api", "skip", detail]);
});
