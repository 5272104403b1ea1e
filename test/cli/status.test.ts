/** `lintel status` and `lintel top` without a terminal, at an edge that answers as one does. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { main } from "../../cli/main.ts";
import { statusText } from "../../cli/status-text.ts";
import { topLines } from "../../cli/top-text.ts";
import {
  CERTIFICATES,
  FAILURES,
  type FakeEdge,
  OVERVIEW,
  startFakeEdge,
  TRAFFIC_ANSWER,
  WARNINGS,
} from "./support/edge-answers.ts";

let edge: FakeEdge;
let stdout: string;
let stderr: string;

beforeAll(async () => {
  edge = await startFakeEdge();
});
afterAll(() => edge.close());
beforeEach(() => {
  [stdout, stderr] = ["", ""];
  edge.answer = undefined;
  edge.asked.length = 0;
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    stdout += String(text);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    stderr += String(text);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

describe("lintel status", () => {
  it("shows what is served, and what somebody should look at, in words that steer no terminal", async () => {
    expect(await main(["status", "--edge-url", edge.url])).toBe(0);
    expect(stdout).toBe(`cluster     default
generation  12, published 3 min ago (2026-11-29T02:00:00.000Z)
edge        follows the head
agent       agent-0 (0.1.0, follows a cluster), reported 12 s ago; last compile 12 ms, last publication 80 ms
traffic     12,345 requests in the last 10 min (20.6 a second), 12 with 5xx (0.1%), 40 with 4xx, p50 4.2 ms, p99 1.2 s

HOSTS  ROUTES  SERVICES  DOWN  READY  NOT READY  DRAINING  CERTIFICATES
    3   1,200         4     1      9          1         0             7

WARNINGS
error  Service shop/cart: None of its endpoints is ready.
       Look at its pods.
warning  Ingress shop/web, spec.rules[0].host: is reserved [31m by the edge.

FAILED OF LATE
2026-11-29T02:41:12Z  502  GET shop.test/cart  (f2e1054a)
                      No connection to 10.0.0.9:8080 could be made.

CERTIFICATE  SECRET         DAYS  EXPIRES                        ISSUER
shop.test    shop/tls          1  2026-12-01T00:00:00Z (urgent)  R11 (Let's Encrypt)
*.shop.test  shop/wildcard   183  2027-06-01T00:00:00Z           Company CA, which is not sent along
and 5 more, which expire later
`);
  });

  it("says of an edge without an agent, without traffic and on an older generation what that means", () => {
    const text = statusText({
      overview: {
        ...OVERVIEW,
        agent: null,
        traffic: null,
        complete: false,
        hold: { generation: 9, reason: "the shop answers 500" },
        lastError: "IntegrityError: root: its signature is not by the expected key",
      },
      warnings: [],
      failures: [],
      certificates: [],
    });
    expect(text).toBe(`cluster     default
generation  12, published 3 min ago (2026-11-29T02:00:00.000Z)
            held at generation 9: the shop answers 500
edge        cannot follow the head: IntegrityError: root: its signature is not by the expected key
agent       has not reported
traffic     is not counted

HOSTS  ROUTES  SERVICES  DOWN  READY  NOT READY  DRAINING  CERTIFICATES
    3   1,200         4     1      9          1         0             7
Not all of it could be read: the numbers are too low.

No warnings.
`);
  });

  it("shows what an agent cannot do, and that it is silent", () => {
    const agent = OVERVIEW.agent && {
      ...OVERVIEW.agent,
      mode: "manifests",
      silent: true,
      ageSeconds: 7200,
      checks: [{ name: "publish", problem: "2 rounds in a row have failed" }],
    };
    const text = statusText({
      overview: { ...OVERVIEW, agent },
      warnings: [],
      failures: [],
      certificates: [],
    });
    expect(text).toContain(
      "agent       agent-0 (0.1.0, follows manifests), reported 2 h ago, and should have since;",
    );
    expect(text).toContain("\n            publish: 2 rounds in a row have failed\n");
  });

  it("prints all of it as JSON, and shows the edge its token and which of its hosts is meant", async () => {
    await main([
      "status",
      "--edge-url",
      edge.url,
      "--token",
      "t0k",
      "--system-host",
      "edge.example.com",
      "--json",
    ]);
    expect(JSON.parse(stdout)).toEqual({
      ...OVERVIEW,
      warnings: WARNINGS,
      failures: FAILURES,
      certificates: CERTIFICATES,
    });
    expect(edge.asked[0]).toEqual({
      path: "/api/overview",
      host: "edge.example.com",
      authorization: "Bearer t0k",
    });
  });

  it.each([
    [
      "a stranger",
      401,
      "no token",
      "does not tell its status: no token; give it the resolver's token (--token)",
    ],
    ["before the first snapshot", 503, '{"error":"x"}', "nothing has been published yet"],
    [
      "something else than an edge",
      200,
      "<html>",
      "answers /api/overview with something else; check --edge-url",
    ],
  ])("ends with 1 and the remedy for %s", async (_, status, body, problem) => {
    edge.answer = { status, body };
    expect(await main(["status", "--edge-url", edge.url])).toBe(1);
    expect(stderr).toContain(problem);
    expect(stdout).toBe("");
  });

  it("ends with 2 without an edge to ask, and with 1 where nothing listens", async () => {
    expect(await main(["status"])).toBe(2);
    expect(stderr).toContain("--edge-url");
    expect(await main(["status", "--edge-url", "http://127.0.0.1:1"])).toBe(1);
    expect(stderr).toContain("cannot be asked");
  });
});

describe("lintel history, of an edge", () => {
  it("lists generations with what changed in them", async () => {
    expect(await main(["history", "--edge-url", edge.url])).toBe(0);
    expect(stdout).toBe(`GENERATION  TIME                      HOSTS  SERVICES  CERTIFICATES
42          ${new Date(1_795_919_000_000).toISOString()}  31     18        12            served, holds generation 40: it broke
            Service shop/web: endpoints 10.0.0.7 (web-a) removed, 2 ready
            and 3 more: lintel history --from 41 --to 42
41          -                         -      -         -             KV does not have it any more
`);
  });

  it("tells what changed between two", async () => {
    expect(await main(["history", "--edge-url", edge.url, "--from", "40"])).toBe(0);
    expect(stdout).toBe("From generation 40 to 42: 1 change\nshop.test: removed, of Ingress shop/web\n");
  });

  it("is JSON on demand", async () => {
    expect(await main(["history", "--edge-url", edge.url, "--json", "--limit", "1"])).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([{ generation: 42, changed: { since: 41 } }]);
  });

  it("needs an edge or KV", async () => {
    expect(await main(["history"])).toBe(2);
    expect(stderr).toContain("name an edge (--edge-url)");
  });
});

it("finds the dashboard's own name on this machine", async () => {
  const { port } = new URL(edge.url);
  expect(await main(["status", "--edge-url", `http://lintel.localhost:${port}`, "--json"])).toBe(0);
  expect(edge.asked[0]?.host).toBe(`lintel.localhost:${port}`);
});

describe("lintel top", () => {
  const SUMMARY =
    "12,345 requests in the last 10 min (20.6 a second)\n12 with 5xx (0.1%), 40 with 4xx, p50 4.2 ms, p99 1.2 s";

  it("lists once where there is no terminal", async () => {
    expect(await main(["top", "--edge-url", edge.url])).toBe(0);
    expect(stdout).toBe(`${SUMMARY}
hosts in about the last 5 min:

HOST       REQUESTS ▼  ERRORS  SHARE    MEAN
shop.test      12,000       2   0.0%  3.2 ms
*                 300      10   3.3%   80 ms
new.test           45       0   0.0%       -
`);
  });

  it.each([
    ["requests", ["shop.test", "*", "new.test"]],
    ["errors", ["*", "shop.test", "new.test"]],
    ["latency", ["*", "shop.test", "new.test"]],
  ])("sorts by %s, one line of JSON a look", async (order, names) => {
    await main(["top", "--edge-url", edge.url, "--json", "--count", "1", "--sort", order]);
    const lines = stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(1);
    const look = JSON.parse(lines[0] ?? "") as { by: string; rows: { name: string }[] };
    expect(look.by).toBe("hosts");
    expect(look.rows.map(({ name }) => name)).toEqual(names);
  });

  it("lists endpoints with their Services, and no more rows than there is room for", () => {
    const lines = topLines(TRAFFIC_ANSWER, { kind: "endpoints", order: "errors" }, 1);
    expect(lines.slice(4)).toEqual([
      "ENDPOINT       SERVICE      REQUESTS  ERRORS ▼  SHARE    MEAN",
      "10.0.0.2:8080  shop/web:80     5,000         2   0.0%  3.5 ms",
      "and 1 more",
    ]);
  });

  it("says so where nobody counts", () => {
    expect(topLines(null, { kind: "hosts", order: "requests" }, 9)).toEqual([
      "The edge's traffic is not counted.",
    ]);
  });
});
