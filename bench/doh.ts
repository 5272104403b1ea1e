/** DNS over HTTPS through the whole embedded edge, beside the least that the same Worker answers to anybody. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encode } from "dns-packet";
import type { Bench } from "./support/benchmark.ts";
import { type LoadOptions, loadFor } from "./support/h2load.ts";
import { inTurns } from "./support/statistics.ts";
import { startLintel } from "./support/stacks.ts";

const SYSTEM_HOST = "edge.lintel.test";
const ROUNDS = 5;
const LOAD_MS = 2_500;
/** Of each, before the first round. */
const WARM_UP_MS = 5_000;

const NAMES: readonly (readonly [string, "A" | "AAAA" | "SRV"])[] = [
  ["app.default.svc.cluster.local", "A"],
  ["app.default.svc.cluster.local", "AAAA"],
  ["_http._tcp.app.default.svc.cluster.local", "SRV"],
  ["none.default.svc.cluster.local", "A"],
];

export const bench: Bench = {
  title: "DNS over HTTPS, end to end",
  method:
    "`lintel up`; h2load asks by GET, over HTTP/2 and TLS, 32 questions at once on four connections: addresses, SRV, and a " +
    "name that does not exist. Beside it /healthz of the same host: the same listener, Worker and dispatch, and a fixed body of " +
    "a few octets in place of an answer of about a hundred. Both are small enough for one TLS record, and both are asked " +
    "for five seconds before: whichever came first would be measured while the runtimes still compile what the other then uses.",
  async run(say) {
    const folder = await mkdtemp(join(tmpdir(), "lintel-bench-doh-"));
    const lintel = await startLintel({ folder, backend: 1, cert: "", key: "", both: "" });
    try {
      const at = `https://${SYSTEM_HOST}:${lintel.https}`;
      const options = (urls: readonly string[]): LoadOptions => ({
        port: lintel.https,
        urls,
        connections: 4,
        streams: 8,
      });
      const doh = options(NAMES.map(([name, type]) => `${at}/dns-query?dns=${queryText(name, type)}`));
      const fixed = options([`${at}/healthz`]);
      await loadFor(doh, WARM_UP_MS);
      await loadFor(fixed, WARM_UP_MS);
      const p99 = { answers: 0, fixed: 0 };
      const rates = await inTurns(
        {
          answers: async () => {
            const load = await loadFor(doh, LOAD_MS);
            p99.answers = load.p99;
            return load.perSecond;
          },
          fixed: async () => {
            const load = await loadFor(fixed, LOAD_MS);
            p99.fixed = load.p99;
            return load.perSecond;
          },
        },
        ROUNDS,
      );
      say(`${Math.round(rates.answers)} answers/s, ${Math.round(rates.fixed)} fixed replies/s`);
      return {
        rows: [
          {
            what: "answers",
            measured: rates.answers,
            unit: "requests/s",
            baseline: { name: "/healthz", value: rates.fixed },
          },
          {
            what: "latency, in the last round",
            measured: p99.answers,
            unit: "ms at the 99th percentile",
            baseline: { name: "/healthz", value: p99.fixed },
          },
        ],
        goals: [
          {
            what: "answers against a fixed reply of the same Worker",
            is: rates.answers / rates.fixed,
            want: { atLeast: 0.8 },
          },
        ],
      };
    } finally {
      await lintel.running.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** As clients ask (RFC 8484 4.1): without an ID, so that equal questions are equal URLs. */
function queryText(name: string, type: "A" | "AAAA" | "SRV"): string {
  const octets = encode({ type: "query", id: 0, flags: 0x100, questions: [{ type, name }] });
  return octets.toString("base64url");
}
