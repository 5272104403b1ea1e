import { describe, expect, it, test } from "vitest";
import { checkEdge } from "../../../sync-agent/doctor/edge.ts";
import { createFakeKv } from "../publish/support/fake-kv.ts";
import { answering, unreachable } from "./support/answering.ts";
import { type Expected, expectFindings } from "./support/finding.ts";

const STATUS = { cluster: "test", generation: 7, ageSeconds: 90, lastError: null };
const head = (generation: number) => JSON.stringify({ version: 2, generation, root: "0".repeat(64) });

interface Situation {
  readonly health?: () => Response;
  readonly status?: () => Response;
  /** KV's head; none at all without the key. */
  readonly kv?: string | undefined;
}

const USUAL: Situation = {
  health: () => new Response("ok\n"),
  status: () => Response.json(STATUS),
  kv: head(7),
};

function check(situation: Situation, systemUrl = "https://edge.example") {
  const { health, status, kv } = { ...USUAL, ...situation };
  const edge = answering(
    (path) => (path === "/healthz" ? health : status)?.() ?? new Response("", { status: 404 }),
  );
  const entries: [string, string][] = kv === undefined ? [] : [["test/head", kv]];
  const findings = checkEdge({
    cluster: "test",
    systemUrl,
    fetch: edge.fetch,
    kv: createFakeKv(entries),
    timeoutMs: 1000,
  });
  return { edge, findings };
}

const HEALTHY: Expected = ["edge health", "ok", /^https:\/\/edge\.example$/];

describe("an edge", () => {
  test.each<[string, Situation, readonly Expected[]]>([
    ["that follows", {}, [HEALTHY, ["edge status", "ok", /^generation 7, made 90 s ago$/]]],
    ["that is ahead of a stale KV", { kv: head(6) }, [HEALTHY, ["edge status", "ok", /generation 7/]]],
    [
      "that is behind",
      { kv: head(9) },
      [HEALTHY, ["edge status", "warn", /2 generations behind/, /wait a minute.*--head-url/]],
    ],
    [
      "whose KV has no head of the cluster",
      { kv: undefined },
      [HEALTHY, ["edge status", "warn", /KV has no head/, /one KV namespace/]],
    ],
    [
      "whose KV has something else for a head",
      { kv: "{}" },
      [HEALTHY, ["edge status", "warn", /head cannot be read/, /checks of KV/]],
    ],
    [
      "that cannot follow",
      { status: () => Response.json({ ...STATUS, lastError: "shard is missing" }) },
      [HEALTHY, ["edge status", "warn", /shard is missing/, /KV binding/]],
    ],
    [
      "of another cluster",
      { status: () => Response.json({ ...STATUS, cluster: "other" }) },
      [HEALTHY, ["edge status", "fail", /serves cluster other/, /LINTEL_CLUSTERS/]],
    ],
    [
      "without a snapshot",
      {
        health: () => new Response("no snapshot yet\n", { status: 503 }),
        status: () => Response.json({ lastError: null }),
      },
      [
        ["edge health", "warn", /no snapshot yet/, /start the agent/],
        ["edge status", "warn", /no snapshot yet/, /start the agent/],
      ],
    ],
    [
      "that is an application",
      { health: () => new Response("hello"), status: () => new Response("hello") },
      [
        ["edge health", "fail", /answered 200 \(hello\)/, /LINTEL_SYSTEM_HOST/],
        ["edge status", "fail", /is not JSON/, /--system-url/],
      ],
    ],
    [
      "that is not there",
      { health: unreachable },
      [
        [
          "edge health",
          "fail",
          /cannot be reached: fetch failed: connect ECONNREFUSED/,
          /Worker is deployed/,
        ],
        ["edge status", "skip", /cannot be asked/],
      ],
    ],
  ])("%s", async (_, situation, expected) => {
    expectFindings(await check(situation).findings, expected);
  });

  it("is asked for its health and its status", async () => {
    const { edge, findings } = check({});
    await findings;
    expect(edge.requests).toEqual(["GET /healthz", "GET /status"]);
  });

  it("is not compared with a KV that nobody knows", async () => {
    const { fetch } = answering((path) => (path === "/healthz" ? new Response("ok") : Response.json(STATUS)));
    const systemUrl = "https://edge.example";
    expectFindings(await checkEdge({ cluster: "test", systemUrl, fetch, kv: undefined, timeoutMs: 1000 }), [
      HEALTHY,
      ["edge status", "ok", /generation 7/],
    ]);
  });
});
