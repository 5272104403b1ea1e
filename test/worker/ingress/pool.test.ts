import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { ServiceRecord } from "../../../contract/index.ts";
import type { Member } from "../../../worker/ingress/balance/member.ts";
import { type Pool, Pools, upstreamOf } from "../../../worker/ingress/pool.ts";
import { serviceOf } from "../support/records.ts";

const SERVICE = "shop/web";
const hosts = (n: number) => Array.from({ length: n }, (_, i) => `10.0.0.${i + 1}`);
const poolsAt = (now = { ms: 0 }, zone?: string) => new Pools({ random: () => 0, now: () => now.ms, zone });
const poolOf = (n: number): Pool => poolsAt().of(SERVICE, serviceOf(...hosts(n)), 80);
const addressesOf = (members: readonly Member[]) =>
  members.map(({ address }) => address.replace(":8080", ""));

function eject(pool: Pool, member: Member | undefined, now = 0): void {
  if (member === undefined) expect.fail("no such member");
  for (let i = 0; i < 3; i++) pool.report(member, "failure", now, false);
}

describe("a pool", () => {
  it("is taken in turn: in any run of n every one of n endpoints is taken once", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (n, start) => {
          const pool = new Pools({ random: () => start, now: () => 0 }).of(
            SERVICE,
            serviceOf(...hosts(n)),
            80,
          );
          for (let round = 0; round < 3; round++) {
            expect(new Set(Array.from({ length: n }, () => pool.take(0))).size).toBe(n);
          }
        },
      ),
    );
  });

  it("passes over what was tried, and ends when all were", () => {
    const pool = poolOf(3);
    const [a, b, c] = pool.members;
    if (a === undefined || b === undefined || c === undefined) expect.fail("no members");
    expect(pool.take(0, new Set([a, c]))).toBe(b);
    expect(pool.take(0, new Set([a, b, c]))).toBeUndefined();
    expect(poolOf(0).take(0)).toBeUndefined();
  });

  it("goes on with those that are known to serve, once one has failed", () => {
    const pool = poolOf(4);
    const [failed, gone, serving, alsoServing] = pool.members;
    if (!failed || !gone || !serving || !alsoServing) expect.fail("no members");
    pool.report(gone, "failure", 0, false);
    for (const member of [serving, alsoServing]) pool.report(member, "success", 0, false);
    expect(pool.candidates(0)).toHaveLength(4);
    expect(pool.candidates(0, new Set([failed]))).toEqual([serving, alsoServing]);
    expect(pool.candidates(0, new Set([failed, serving, alsoServing]))).toEqual([gone]);
  });

  it("names a member as the gateway is told to dial it", () => {
    const [member] = poolOf(1).members;
    expect(member && [upstreamOf(member), upstreamOf(member, "https")]).toEqual([
      "http://10.0.0.1:8080",
      "https://10.0.0.1:8080",
    ]);
  });
});

describe("ejection", () => {
  it("leaves a member out that fails three times, until its trial", () => {
    const pool = poolOf(4);
    eject(pool, pool.members[1]);
    expect(addressesOf(pool.candidates(4_999))).toEqual(["10.0.0.1", "10.0.0.3", "10.0.0.4"]);
    expect(addressesOf(pool.candidates(5_000))).toEqual(hosts(4));
    const [, member] = pool.members;
    expect(member?.health.begin(5_000)).toBe(true);
    expect(pool.candidates(5_000)).toHaveLength(3);
    if (member !== undefined) pool.report(member, "success", 5_001, true);
    expect(pool.candidates(5_001)).toHaveLength(4);
  });

  test.each([
    [0, 1],
    [1, 2],
    [1, 3],
    [2, 4],
    [2, 5],
  ])("takes at most %i of %i", (most, n) => {
    const pool = poolOf(n);
    for (const member of pool.members) eject(pool, member);
    expect(pool.candidates(0)).toHaveLength(n - most);
  });

  it("falls back on ejected members when the others were tried", () => {
    const pool = poolOf(2);
    eject(pool, pool.members[0]);
    expect(addressesOf(pool.candidates(0, new Set([pool.members[1] as Member])))).toEqual(["10.0.0.1"]);
  });

  it("never leaves out more than half, whatever happens when, and whichever endpoints come and go", () => {
    const step = fc.oneof(
      fc.record({ report: fc.constantFrom("success" as const, "failure" as const), member: fc.nat(9) }),
      fc.record({ endpoints: fc.uniqueArray(fc.integer({ min: 1, max: 10 }), { minLength: 1 }) }),
      fc.record({ wait: fc.nat(30_000) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const now = { ms: 0 };
        const pools = poolsAt(now);
        let pool = pools.of(SERVICE, serviceOf(...hosts(6)), 80);
        for (const step of steps) {
          if ("wait" in step) now.ms += step.wait;
          else if ("endpoints" in step) {
            pool = pools.of(SERVICE, serviceOf(...step.endpoints.map((n) => `10.0.0.${n}`)), 80);
          } else {
            const member = pool.members[step.member % pool.size];
            const isTrial = member?.health.begin(now.ms);
            if (member && isTrial !== undefined) pool.report(member, step.report, now.ms, isTrial);
          }
          const ejected = pool.members.filter(({ health }) => health.ejected).length;
          expect(ejected * 2).toBeLessThanOrEqual(pool.size);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe("a change of configuration", () => {
  it("keeps the pool as long as the record is the same", () => {
    const pools = poolsAt();
    const record = serviceOf("10.0.0.1");
    expect(pools.of(SERVICE, record, 80)).toBe(pools.of(SERVICE, record, 80));
  });

  it("keeps what is known of the endpoints that stay, and whose turn it is", () => {
    const now = { ms: 0 };
    const pools = poolsAt(now);
    const before = pools.of(SERVICE, serviceOf(...hosts(4)), 80);
    const [first, second] = before.members;
    eject(before, first);
    second?.latency.observe(100, 0);
    const underway = second?.load.begin(0);
    const turn = before.nextTurn();

    const after = pools.of(SERVICE, serviceOf(...hosts(3), "10.0.0.9"), 80);
    expect(after).not.toBe(before);
    expect(after.members.slice(0, 3)).toEqual(before.members.slice(0, 3));
    expect(addressesOf(after.candidates(0))).toEqual(["10.0.0.2", "10.0.0.3", "10.0.0.9"]);
    expect(after.nextTurn()).toBe(turn + 1);
    expect(after.budget).toBe(before.budget);
    expect(after.members[1]?.load.count(0)).toBe(1);
    underway?.ended();
    expect(after.members[1]?.load.count(0)).toBe(0);
  });

  it("takes a new endpoint for one of mean latency", () => {
    const pools = poolsAt({ ms: 50_000 });
    const before = pools.of(SERVICE, serviceOf(...hosts(2)), 80);
    for (const [i, { latency }] of before.members.entries()) latency.observe(100 * (i + 1), 50_000);
    const after = pools.of(SERVICE, serviceOf(...hosts(3)), 80);
    expect(after.members[2]?.latency.score(50_000)).toBeCloseTo(149, 0);
  });

  it("keeps what is known of an endpoint that begins to drain, for whoever stays with it", () => {
    const pools = poolsAt();
    const before = pools.of(SERVICE, serviceOf(...hosts(2)), 80);
    const drained = serviceOf("10.0.0.1");
    if (drained.kind !== "clusterIP") expect.fail("no such kind");
    drained.subsets[0]?.endpoints.push({ address: "10.0.0.2", ready: false, draining: true });
    const after = pools.of(SERVICE, drained, 80);
    expect(addressesOf(after.members)).toEqual(["10.0.0.1"]);
    expect(after.draining).toEqual([before.members[1]]);
  });
});

describe("pools", () => {
  it("are one for a Service's port, and another for its own address", () => {
    const pools = poolsAt();
    const record: ServiceRecord = {
      kind: "clusterIP",
      clusterIPs: ["10.96.0.10"],
      ports: [
        { name: "http", protocol: "TCP", port: 80 },
        { name: "admin", protocol: "TCP", port: 81 },
      ],
      subsets: [
        {
          ports: [
            { name: "http", protocol: "TCP", port: 8080 },
            { name: "admin", protocol: "TCP", port: 9090 },
          ],
          endpoints: [{ address: "10.0.0.1", ready: true }],
        },
      ],
    };
    const [endpoints, other, service] = [
      pools.of(SERVICE, record, 80),
      pools.of(SERVICE, record, 81),
      pools.of(SERVICE, record, 80, "service"),
    ];
    expect([endpoints, other, service].map(({ members }) => members.map(({ address }) => address))).toEqual([
      ["10.0.0.1:8080"],
      ["10.0.0.1:9090"],
      ["10.96.0.10:80"],
    ]);
    expect(pools.of(SERVICE, record, 80)).toBe(endpoints);
  });

  it("balance over the endpoints of a Service that has no address of its own", () => {
    const record: ServiceRecord = {
      ...serviceOf("10.0.0.1"),
      kind: "clusterIP",
      clusterIPs: [],
    } as ServiceRecord;
    expect(addressesOf(poolsAt().of(SERVICE, record, 80, "service").members)).toEqual(["10.0.0.1"]);
  });

  it("keep to the gateway's zone", () => {
    const record = serviceOf("10.0.0.1", "10.0.0.2");
    if (record.kind !== "clusterIP") expect.fail("no such kind");
    for (const [i, endpoint] of (record.subsets[0]?.endpoints ?? []).entries()) {
      endpoint.zones = ["ab"[i] ?? ""];
    }
    expect(addressesOf(poolsAt(undefined, "b").of(SERVICE, record, 80).members)).toEqual(["10.0.0.2"]);
    expect(addressesOf(poolsAt().of(SERVICE, record, 80).members)).toEqual(["10.0.0.1", "10.0.0.2"]);
  });

  it("are empty for a Service that does not exist", () => {
    expect(poolsAt().of(SERVICE, undefined, 80).size).toBe(0);
  });

  it("are forgotten when many have been idle, and those in use are not", () => {
    const now = { ms: 0 };
    const pools = poolsAt(now);
    const record = serviceOf(...hosts(2));
    const used = pools.of("shop/used", record, 80);
    for (let i = 0; i < 255; i++) pools.of(`shop/idle-${i}`, record, 80);
    const idle = pools.of("shop/idle-0", record, 80);
    now.ms = 700_000;
    expect(pools.of("shop/used", record, 80)).toBe(used);
    pools.of("shop/new", record, 80);
    expect(pools.of("shop/used", record, 80)).toBe(used);
    expect(pools.of("shop/idle-0", record, 80)).not.toBe(idle);
  });
});
