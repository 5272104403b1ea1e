import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { ServiceRecord } from "../../../contract/index.ts";
import { chooseBackend, Pool, Pools, upstreamsOf } from "../../../worker/ingress/pool.ts";
import { serviceOf } from "../support/records.ts";

describe("upstreamsOf", () => {
  const twoPorts: ServiceRecord = {
    kind: "clusterIP",
    clusterIPs: ["10.96.0.1"],
    ports: [
      { name: "http", protocol: "TCP", port: 80 },
      { name: "admin", protocol: "TCP", port: 81 },
      { name: "quic", protocol: "UDP", port: 443 },
    ],
    subsets: [
      {
        ports: [
          { name: "http", protocol: "TCP", port: 8080 },
          { name: "admin", protocol: "TCP", port: 9090 },
          { name: "quic", protocol: "UDP", port: 8443 },
        ],
        endpoints: [
          { address: "10.0.0.1", ready: true },
          { address: "10.0.0.2", ready: false },
        ],
      },
      // A named target port may have another number in other pods.
      {
        ports: [{ name: "http", protocol: "TCP", port: 8081 }],
        endpoints: [{ address: "10.0.0.3", ready: true }],
      },
      {
        ports: [{ name: "http", protocol: "TCP", port: 8080 }],
        endpoints: [{ address: "fd00::1", ready: true }],
      },
    ],
  };
  test.each([
    [
      "ready endpoints, by the port's name, of the primary family",
      twoPorts,
      80,
      ["10.0.0.1:8080", "10.0.0.3:8081"],
    ],
    ["another port", twoPorts, 81, ["10.0.0.1:9090"]],
    ["a UDP port serves no HTTP", twoPorts, 443, []],
    ["a port that the Service lacks", twoPorts, 82, []],
    [
      "an IPv6 primary family",
      { ...twoPorts, clusterIPs: ["fd00::10", "10.96.0.1"] },
      80,
      ["[fd00::1]:8080"],
    ],
    ["the other family where the primary has none", { ...serviceOf("fd00::2") }, 80, ["[fd00::2]:8080"]],
    [
      "an ExternalName, whatever its ports",
      { kind: "externalName" as const, externalName: "db.example.com", ports: [] },
      8443,
      ["db.example.com:8443"],
    ],
  ])("%s", (_, service, port, expected) => {
    expect(upstreamsOf(service, port)).toEqual(expected.map((target) => `http://${target}`));
  });
});

describe("a pool", () => {
  it("spreads requests evenly: in any run of n every one of n endpoints is taken once", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (n, seed) => {
          const pool = new Pool(
            Array.from({ length: n }, (_, i) => `http://10.0.0.${i}:80`),
            () => seed,
          );
          for (let round = 0; round < 3; round++) {
            expect(new Set(Array.from({ length: n }, () => pool.take(new Set()))).size).toBe(n);
          }
        },
      ),
    );
  });

  it("passes over what was tried, and ends when all were", () => {
    const pool = new Pool(["http://a", "http://b", "http://c"], () => 0);
    expect(pool.take(new Set(["http://a"]))).toBe("http://b");
    expect(pool.take(new Set(["http://a", "http://b", "http://c"]))).toBeUndefined();
    expect(new Pool([], () => 0).take(new Set())).toBeUndefined();
  });

  it("goes on where it was for the same record, and begins anew for a changed one", () => {
    const pools = new Pools(() => 0);
    const service = serviceOf("10.0.0.1", "10.0.0.2");
    expect(pools.of(service, 80).take(new Set())).toBe("http://10.0.0.1:8080");
    expect(pools.of(service, 80).take(new Set())).toBe("http://10.0.0.2:8080");
    expect(pools.of(serviceOf("10.0.0.3"), 80).take(new Set())).toBe("http://10.0.0.3:8080");
    expect(pools.of(undefined, 80).size).toBe(0);
  });
});

describe("chooseBackend", () => {
  const backend = (service: string, weight: number) => ({ service, port: 80, weight });
  test.each([
    ["the only one", [backend("a/a", 0)], 0.99, "a/a"],
    ["none", [], 0, undefined],
    ["by weight, below the mark", [backend("a/a", 1), backend("a/b", 3)], 0.24, "a/a"],
    ["by weight, above the mark", [backend("a/a", 1), backend("a/b", 3)], 0.26, "a/b"],
    ["never one of weight 0", [backend("a/a", 0), backend("a/b", 1)], 0, "a/b"],
    ["none when all weigh 0", [backend("a/a", 0), backend("a/b", 0)], 0, undefined],
  ])("%s", (_, backends, random, service) => {
    expect(chooseBackend(backends, () => random)?.service).toBe(service);
  });
});
