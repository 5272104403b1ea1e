/** What an operator sees of the edge from outside: the access log, metrics, traces and Server-Timing. */
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { annotated, hostOf } from "./support/annotated.ts";
import { get, getTls, readCa, withHttp2 } from "./support/client.ts";
import { Lintel, type Up, up } from "./support/lintel.ts";
import { ingress, service } from "./support/objects.ts";
import { Pod } from "./support/pods.ts";
import { freePorts } from "./support/ports.ts";

const TOKEN = "0perat0r-t0ken";
const SECRET = "hunter2";
const SYSTEM = "edge.lintel.test";
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

let edge: Up;
let pod: Pod;
let dead: number;

beforeAll(async () => {
  pod = await Pod.start("web");
  [dead = 0] = await freePorts(1);
  edge = await up(
    {
      "web.yaml": [
        ...service("web", [pod.port]),
        ...service("half", [dead, pod.port]),
        ...service("gone", [dead]),
        annotated("web", {}, { rules: [{ host: "*.web.test", paths: [{ path: "/api", service: "web" }] }] }),
        hostOf("half.test", "half"),
        hostOf("gone.test", "gone"),
        hostOf("limited.test", "web", { "limit-rpm": "1", "limit-burst-multiplier": "1" }),
        hostOf("silent.test", "web", { "enable-access-log": "false" }),
        ingress("plain", { rules: [{ host: "plain.test", paths: [{ path: "/", service: "web" }] }] }),
      ],
    },
    ["--dns-access", "token", "--dns-token", TOKEN],
  );
});

afterAll(async () => {
  await edge.close();
  await pod.close();
});

/** The line of a request, by its id. */
async function lineOf(requestId: string): Promise<Record<string, unknown>> {
  const [line] = await edge.lintel.printed(new RegExp(`.*"requestId":"${requestId}".*`), "stderr");
  return JSON.parse(line) as Record<string, unknown>;
}

const bearer = { authorization: `Bearer ${TOKEN}` };
const metrics = async () => (await get(edge.http, SYSTEM, "/metrics", { headers: bearer })).body;
const ask = (host: string, path: string, id: string, headers: Record<string, string> = {}) =>
  get(edge.http, host, path, { headers: { "x-request-id": id, ...headers } });

describe("the access log", () => {
  test("has a line for a request, with the way that it took", async () => {
    const { bytes } = await ask("a.web.test", "/api/users?page=2", "line-1");
    const line = await lineOf("line-1");
    expect(line).toMatchObject({
      level: "info",
      msg: "request",
      client: "127.0.0.1",
      method: "GET",
      scheme: "http",
      protocol: "HTTP/1.1",
      host: "a.web.test",
      path: "/api/users",
      status: 200,
      ingress: "test/web",
      rule: "*.web.test/api",
      backend: "test/web:80",
      endpoint: `127.0.0.1:${pod.port}`,
      upstreamStatus: 200,
      tries: 1,
      bytes: bytes.length,
    });
    expect(line).not.toHaveProperty("tls");
    expect(Date.parse(line.time as string)).toBeGreaterThan(0);
    expect(line.generation).toBeGreaterThan(0);
    expect(line.totalMs).toBeGreaterThanOrEqual(0);
  });

  test("tells of TLS and the version of HTTP", async () => {
    const ca = await readCa(edge.ca);
    await getTls(edge.https, "plain.test", "/", { ca, headers: { "x-request-id": "tls-1" } });
    await withHttp2(edge.https, "plain.test", ca, (request) =>
      request("/", { headers: { "x-request-id": "tls-2" } }),
    );
    expect(await lineOf("tls-1")).toMatchObject({ scheme: "https", protocol: "HTTP/1.1", tls: "TLSv1.3" });
    expect(await lineOf("tls-2")).toMatchObject({ scheme: "https", protocol: "HTTP/2", tls: "TLSv1.3" });
  });

  test("tells why there is no good answer", async () => {
    await ask("nowhere.test", "/", "bad-1");
    await ask("gone.test", "/", "bad-2");
    // One a minute, and as many again at once.
    for (const n of [3, 3, 4]) await ask("limited.test", "/", `bad-${n}`);
    expect(await lineOf("bad-1")).toMatchObject({ status: 404, tries: 0 });
    expect(await lineOf("bad-2")).toMatchObject({ status: 502, fault: "dial", ingress: "test/gone-test" });
    expect(await lineOf("bad-4")).toMatchObject({ status: 503, limit: "rate", tries: 0 });
  });

  test("counts tries, of which the last is the one that it names", async () => {
    const ids = [0, 1, 2, 3, 4].map((n) => `half-${n}`);
    for (const id of ids) await ask("half.test", "/", id);
    const lines = await Promise.all(ids.map(lineOf));
    // After three failures the dead one is left out.
    expect(lines.map(({ tries }) => tries).toSorted((a, b) => Number(a) - Number(b))).toEqual([
      1, 1, 2, 2, 2,
    ]);
    for (const line of lines) {
      expect(line).toMatchObject({ status: 200, endpoint: `127.0.0.1:${pod.port}`, upstreamStatus: 200 });
    }
  });

  test("has a WebSocket's line once that is closed", async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${edge.http}/`, {
      headers: { host: "plain.test", "x-request-id": "ws-1" },
    });
    await once(socket, "open");
    socket.close();
    expect(await lineOf("ws-1")).toMatchObject({ status: 101, ingress: "test/plain" });
  });

  test("has none for an Ingress with enable-access-log: false, nor for the resolver's questions", async () => {
    await ask("silent.test", "/", "silent-1");
    await ask(SYSTEM, `/dns-query?name=a.test`, "silent-2", bearer);
    await ask("plain.test", "/", "after-silence");
    await lineOf("after-silence");
    expect(edge.lintel.stderr).not.toContain("silent-");
  });

  test("nothing that the edge tells or forwards holds what clients keep secret", async () => {
    const headers = {
      ...Object.fromEntries(
        ["authorization", "cookie", "proxy-authorization", "x-api-key", "user-agent", "referer"].map(
          (name) => [name, `${name} ${SECRET}`],
        ),
      ),
      tracestate: `a=${SECRET}`,
      "lintel-access": `{"a":"${SECRET}"}`,
      "lintel-client": SECRET,
      "x-lintel-debug": SECRET,
    };
    const path = `/api/x?token=${SECRET}`;
    const answer = await ask("a.web.test", path, "hostile-1", headers);
    await ask("nowhere.test", path, "hostile-2", headers);
    await ask("gone.test", `/?password=${SECRET}`, "hostile-3", headers);
    await ask(SYSTEM, `/dns-query/${SECRET}?name=a.test`, "hostile-4", headers);
    await ask(SYSTEM, `/explain/${SECRET}?token=${SECRET}`, "hostile-5", headers);
    await ask(SYSTEM, "/status", "hostile-6", { ...headers, authorization: `Bearer ${TOKEN}` });
    for (const id of [1, 2, 3, 5, 6]) await lineOf(`hostile-${id}`);
    expect(edge.lintel.stderr).not.toContain(SECRET);
    expect(edge.lintel.stderr).not.toContain(TOKEN);
    expect(await metrics()).not.toContain(SECRET);
    const seen = Object.keys(answer.json().headers).filter((name) => name.startsWith("lintel-"));
    expect(seen).toEqual([]);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith("lintel-"))).toEqual([]);
  });
});

describe("metrics", () => {
  test("are for who shows the token", async () => {
    expect((await get(edge.http, SYSTEM, "/metrics")).status).toBe(401);
  });

  test("count requests by Ingress, durations, failures, retries and limits, and tell the generation", async () => {
    await ask("plain.test", "/", "counted");
    const text = await metrics();
    expect(text).toMatch(/^lintel_edge_requests_total\{ingress="test\/plain",code="2xx"\} [1-9]/m);
    expect(text).toMatch(/^lintel_edge_request_duration_seconds_count\{ingress="test\/plain"\} [1-9]/m);
    expect(text).toMatch(
      /^lintel_edge_upstream_failures_total\{ingress="test\/gone-test",fault="dial"\} [1-9]/m,
    );
    expect(text).toMatch(/^lintel_edge_retries_total\{ingress="test\/half-test"\} 3$/m);
    expect(text).toMatch(/^lintel_edge_ejections_total\{service="test\/half"\} 1$/m);
    expect(text).toMatch(/^lintel_edge_limited_total\{ingress="test\/limited-test",limit="rate"\} 1$/m);
    expect(text).toMatch(
      /^lintel_edge_dns_answers_total\{zone="[^"]+",type="A",rcode="[A-Z]+",asker="none"\} 1$/m,
    );
    expect(text).toMatch(/^lintel_edge_snapshot_generation [1-9]/m);
    expect(text).toMatch(/^lintel_edge_snapshot_age_seconds \d/m);
    expect(text).toMatch(/^lintel_edge_refused_roots_total 0$/m);
  });

  test("a scan of hosts and paths makes no series", async () => {
    const seriesOf = (text: string) => text.split("\n").map((line) => line.replace(/ \S+$/, ""));
    await ask("scan.test", "/", "scan");
    const before = seriesOf(await metrics());
    const scan = Array.from({ length: 60 }, (_, n) =>
      get(edge.http, n % 2 === 0 ? `h${n}.scan.test` : `h${n}.web.test`, `/api/${n}`, {
        headers: { "x-request-id": `scan-${n}` },
      }),
    );
    await Promise.all(scan);
    const after = await metrics();
    expect(seriesOf(after)).toEqual(before);
    expect(after).not.toContain("scan");
  });
});

describe("a trace", () => {
  test("of the client's goes on as it came, and is in the line", async () => {
    const given = { traceparent: `00-${TRACE}-00f067aa0ba902b7-01`, tracestate: "congo=t61,rojo=00f" };
    const { headers } = (await ask("plain.test", "/", "trace-1", given)).json();
    expect(headers).toMatchObject(given);
    expect(await lineOf("trace-1")).toMatchObject({ traceId: TRACE });
  });

  test.each<[string, Record<string, string>, string]>([
    ["none", {}, "trace-2"],
    [
      "a malformed one",
      { traceparent: `00-${"0".repeat(32)}-00f067aa0ba902b7-01`, tracestate: "a=1" },
      "trace-3",
    ],
  ])("begins here where the client has %s", async (_, given, id) => {
    const { headers } = (await ask("plain.test", "/", id, given)).json();
    const [, traceId] = /^00-([\da-f]{32})-[\da-f]{16}-03$/.exec(headers.traceparent as string) ?? [];
    expect(traceId).toBeDefined();
    expect(headers).not.toHaveProperty("tracestate");
    expect(await lineOf(id)).toMatchObject({ traceId });
  });
});

describe("Server-Timing", () => {
  test("is told to who shows the token, which goes no further", async () => {
    const answer = await ask("plain.test", "/", "timing-1", { "x-lintel-debug": TOKEN });
    expect(answer.headers["server-timing"]).toMatch(
      /^total;dur=\d+, upstream;dur=\d+, edge;dur=\d+, tries;desc="1", ingress;desc="test\/plain", rule;desc="plain.test\/"/,
    );
    expect(JSON.stringify(answer.json())).not.toContain(TOKEN);
  });

  test("is told to nobody else", async () => {
    const answers = [
      await ask("plain.test", "/", "timing-2"),
      await ask("plain.test", "/", "timing-3", { "x-lintel-debug": "guess" }),
    ];
    for (const { headers } of answers) expect(headers).not.toHaveProperty("server-timing");
  });
});

describe("a terminal", () => {
  const command = async (...args: string[]) => {
    const url = `http://127.0.0.1:${edge.http}`;
    const { code, stdout, stderr } = await new Lintel([...args, "--edge-url", url, "--token", TOKEN]).ended();
    expect([code, stderr]).toEqual([0, ""]);
    return stdout;
  };

  test("shows what is served, and what the agent tells of itself: lintel status", async () => {
    // The agent reports behind its first publication, and the edge looks again after some seconds.
    await expect
      .poll(() => command("status"), { timeout: 30_000 })
      .toMatch(/\nagent {7}\S+ \(\d+\.\d+\.\d+, follows manifests\), reported/);
    expect(await command("status")).toMatch(/^cluster {5}default\ngeneration {2}\d+, published .* ago/);
    const status = JSON.parse(await command("status", "--json")) as { counts: unknown; agent: unknown };
    expect(status).toMatchObject({ counts: { hosts: 6 }, agent: { checks: expect.any(Array) as unknown[] } });
  });

  test("shows who is asked for: lintel top", async () => {
    for (const n of [1, 2, 3]) await ask("plain.test", "/", `top-${n}`);
    const look = JSON.parse(await command("top", "--json", "--count", "1", "--by", "services")) as {
      rows: { name: string; requests: number }[];
    };
    const web = look.rows.find(({ name }) => name === "test/web:80");
    expect(web?.requests).toBeGreaterThanOrEqual(3);
    expect(await command("top", "--by", "endpoints")).toMatch(
      new RegExp(`\\n127\\.0\\.0\\.1:${pod.port} +test/web:80 `),
    );
  });
});
