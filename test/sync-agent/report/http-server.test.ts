import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import type { Check } from "../../../sync-agent/report/health.ts";
import {
  ListenError,
  type Observability,
  startObservability,
} from "../../../sync-agent/report/http-server.ts";
import { createMetrics } from "../../../sync-agent/report/metrics.ts";
import { createFakeLog, type FakeLog } from "../publish/support/fake-log.ts";

let server: Observability;
let log: FakeLog;
let live: Check[];
let ready: Check[];
let scrape: () => Promise<{ contentType: string; text: string }>;

const check = (name: string, problem?: string, weight: Check["weight"] = "required"): Check => ({
  name,
  problem,
  weight,
});

beforeEach(async () => {
  log = createFakeLog();
  live = [check("rounds")];
  ready = [check("source"), check("publish", undefined, "notice")];
  const metrics = createMetrics({ cluster: "main", version: "1" });
  scrape = () => metrics.scrape();
  server = await startObservability({
    listen: { host: "127.0.0.1", port: 0 },
    metrics: { scrape: () => scrape() },
    health: { live: () => live, ready: () => ready },
    log,
  });
});
afterEach(() => server.close());

const ask = (path: string, init: RequestInit = {}) =>
  fetch(`http://127.0.0.1:${server.address.port}${path}`, init);
const answer = async (path: string) => {
  const response = await ask(path);
  return [response.status, await response.text()];
};

it("logs where it listens", () => {
  expect(log.lines).toEqual([`info health and metrics at http://127.0.0.1:${server.address.port}`]);
  expect(server.address.port).toBeGreaterThan(0);
});

describe("/healthz and /readyz", () => {
  test.each(["/healthz", "/readyz"])("%s is ok when nothing is wrong", async (path) => {
    expect(await answer(path)).toEqual([200, "ok"]);
  });

  test.each([
    ["/healthz", "[+]rounds ok\nhealthz check passed\n"],
    ["/readyz", "[+]source ok\n[+]publish ok\nreadyz check passed\n"],
  ])("%s?verbose tells every check", async (path, text) => {
    expect(await answer(`${path}?verbose`)).toEqual([200, text]);
  });

  it("answer 503 and say why when a check fails", async () => {
    live = [check("rounds", "a round began 960 s ago\nand has not ended")];
    expect(await answer("/healthz")).toEqual([
      503,
      "[-]rounds failed: a round began 960 s ago and has not ended\nhealthz check failed\n",
    ]);
    expect((await ask("/readyz")).status).toBe(200);
  });

  it("tell a notice, and answer 200 all the same", async () => {
    ready = [check("source"), check("publish", "KV is down", "notice")];
    expect(await answer("/readyz")).toEqual([200, "ok"]);
    expect(await answer("/readyz?verbose")).toEqual([
      200,
      "[+]source ok\n[-]publish failed, not fatal: KV is down\nreadyz check passed\n",
    ]);
  });

  it("are not cached", async () => {
    expect((await ask("/readyz")).headers.get("cache-control")).toBe("no-store");
  });
});

describe("/metrics", () => {
  it("gives what there is to scrape, as the registry's media type", async () => {
    const response = await ask("/metrics");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await response.text()).toContain("lintel_agent_leader 0\n");
  });

  it("answers 500 when it cannot be had, and logs why", async () => {
    scrape = () => Promise.reject(new Error("broken gauge"));
    expect((await ask("/metrics")).status).toBe(500);
    expect(log.lines).toContain("error cannot answer /metrics");
    expect((await ask("/healthz")).status).toBe(200);
  });
});

describe("other requests", () => {
  test.each(["/healthz", "/readyz", "/metrics"])("HEAD %s is GET without the body", async (path) => {
    const response = await ask(path, { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
  });

  test.each([
    ["POST", "/metrics", 405],
    ["PUT", "/healthz", 405],
    ["DELETE", "/readyz", 405],
    ["GET", "/", 404],
    ["GET", "/debug/pprof", 404],
  ])("%s %s is answered with %i", async (method, path, status) => {
    const response = await ask(path, { method });
    expect(response.status).toBe(status);
    expect(response.headers.get("allow")).toBe(status === 405 ? "GET, HEAD" : null);
  });
});

describe("listening", () => {
  const start = (host: string, port: number) =>
    startObservability({
      listen: { host, port },
      metrics: { scrape },
      health: { live: () => [], ready: () => [] },
      log,
    });

  it("names the flag when the address is in use", async () => {
    const failure = await start("127.0.0.1", server.address.port).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ListenError);
    expect(String(failure)).toBe(
      `ListenError: --listen 127.0.0.1:${server.address.port}: the address is in use by another process; choose another one; port 0 picks a free port`,
    );
  });

  it("names the flag when this machine does not have the address", async () => {
    await expect(start("192.0.2.1", 0)).rejects.toThrow("--listen 192.0.2.1:0: this machine has no such");
  });

  it("closes though a client keeps its connection open", async () => {
    const other = await start("127.0.0.1", 0);
    await fetch(`http://127.0.0.1:${other.address.port}/healthz`);
    await other.close();
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const again = createServer().once("error", reject);
    again.listen(other.address.port, "127.0.0.1", () => resolve(undefined));
    await promise;
    again.close();
  });
});
