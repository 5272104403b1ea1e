import { beforeAll, describe, expect, it, test } from "vitest";
import { Published } from "../support/published.ts";
import { hostOf, serviceOf } from "../support/records.ts";
import { NOW, systemHost } from "./support.ts";

const DAY = 86_400;
let published: Published;
let ask: ReturnType<typeof systemHost>;

const certificate = (secret: string, daysLeft: number) => ({
  chain: "-----BEGIN CERTIFICATE-----",
  key: "sealed",
  notAfter: NOW / 1000 + daysLeft * DAY,
  secret,
});

beforeAll(async () => {
  published = await Published.create("api");
  await published.publish({
    hosts: {
      "a.test": hostOf("PathPrefix / shop/web", "PathPrefix /api shop/api"),
      "b.test": hostOf("PathPrefix / shop/gone"),
    },
    services: {
      "shop/web": serviceOf("10.0.0.1", "10.0.0.2"),
      "shop/api": {
        kind: "clusterIP",
        clusterIPs: ["10.96.0.11"],
        ports: [{ name: "http", protocol: "TCP", port: 80 }],
        subsets: [
          {
            ports: [{ name: "http", protocol: "TCP", port: 8080 }],
            endpoints: [
              { address: "10.0.0.3", ready: false },
              { address: "10.0.0.4", ready: false, draining: true },
            ],
          },
        ],
      },
      "shop/idle": serviceOf(),
    },
    certificates: {
      "a.test": certificate("shop/a", 60),
      "b.test": certificate("shop/b", 3.5),
      "c.test": certificate("shop/c", -1),
    },
  });
  ask = systemHost(published);
});

const json = async (path: string): Promise<unknown> => (await ask(path)).json();

it("gives an overview of the snapshot, and says of the rest that it is not known", async () => {
  expect(await json("/api/overview")).toEqual({
    cluster: "api",
    generation: 1,
    published: "2026-09-21T14:13:20.000Z",
    ageSeconds: 60,
    hold: null,
    lastError: null,
    agent: null,
    agentProblem: null,
    counts: {
      hosts: 2,
      routes: 3,
      services: 3,
      certificates: 3,
      endpoints: { ready: 2, notReady: 1, draining: 1 },
      servicesDown: 1,
    },
    complete: true,
    certificates: {
      states: { expired: 1, urgent: 1, soon: 0, valid: 1 },
      next: { name: "c.test", expires: new Date(NOW - DAY * 1000).toISOString(), days: -1 },
    },
    warnings: { errors: 2, warnings: 1 },
    traffic: expect.objectContaining({ requests: 0, errors: 0, p99: null }) as unknown,
  });
});

it("warns of Services that routes lead to in vain, and of certificates", async () => {
  expect(await json("/api/warnings")).toMatchObject({
    warnings: [
      { severity: "error", source: "edge", object: "Service shop/api" },
      {
        severity: "error",
        object: "Secret shop/c",
        message: expect.stringContaining("has expired") as unknown,
      },
      {
        severity: "warning",
        object: "Secret shop/b",
        message: expect.stringContaining("in 3 days") as unknown,
      },
    ],
  });
});

test.each([
  ["all, the first to expire first", "", ["c.test", "b.test", "a.test"]],
  ["those whose name a search has", "?q=A.test", ["a.test"]],
  ["those whose Secret a search has", "?q=shop/b", ["b.test"]],
  ["the last page for one behind it", "?page=9", ["c.test", "b.test", "a.test"]],
])("lists certificates: %s", async (_, query, names) => {
  expect(await json(`/api/certificates${query}`)).toMatchObject({
    pages: 1,
    certificates: names.map((name) => ({ name })),
  });
});

it("reads each shard once for all of them, and leaves none in memory that nobody asked for", async () => {
  const before = published.shardReads().length;
  await json("/api/overview");
  await json("/api/certificates");
  expect(published.shardReads().length).toBe(before);
});

describe("who may ask", () => {
  test.each([
    ["with the token", {}, 200],
    ["with another", { authorization: "Bearer let-him-in" }, 401],
    ["without one", { authorization: "" }, 401],
    [
      "with a cookie of his own making",
      { authorization: "", cookie: `__Host-lintel=9999999999.${"A".repeat(43)}` },
      401,
    ],
  ])("%s", async (_, headers, status) => {
    const response = await ask("/api/overview", { headers });
    expect([response.status, response.headers.get("access-control-allow-origin")]).toEqual([status, null]);
  });
});

it("says so before the first snapshot", async () => {
  const empty = systemHost(await Published.create("empty"));
  expect((await empty("/api/overview")).status).toBe(503);
});
