import { beforeEach, describe, expect, test } from "vitest";
import type { FakeClock } from "../publish/support/fake-clock.ts";
import { createElectionWorld, type ElectionWorld, leads, start } from "./support/election-world.ts";
import { type LeaseServer, refusal } from "./support/lease-server.ts";

let world: ElectionWorld;
let clock: FakeClock;
let server: LeaseServer;

beforeEach(() => {
  world = createElectionWorld();
  ({ clock, server } = world);
});

describe("alone", () => {
  test("creates the lease, leads, and renews it every two seconds without reading", async () => {
    const a = world.agent("a");
    await start(a);
    expect(leads(a)).toBe(true);
    expect(a.changes).toEqual([true]);
    const term = a.leadership.term();
    await clock.advance(10_000);
    expect(a.leadership.term()).toBe(term);
    expect(server.seen).toEqual(["GET 404", "POST", "PUT", "PUT", "PUT", "PUT", "PUT"]);
    expect(world.spec()).toEqual({
      holderIdentity: "a",
      leaseDurationSeconds: 15,
      acquireTime: "2026-11-23T22:00:00.000000Z",
      renewTime: "2026-11-23T22:00:10.000000Z",
      leaseTransitions: 0,
    });
    expect(a.heard.slice(0, 3)).toEqual(["leads", "renewed", "renewed"]);
  });

  test("leads at once when the record names it already", async () => {
    server.edit({ holderIdentity: "a", leaseDurationSeconds: 15, leaseTransitions: 4 });
    const a = world.agent("a");
    await start(a);
    expect(leads(a)).toBe(true);
    expect(world.spec()).toMatchObject({ leaseTransitions: 4 });
  });

  test("renews over the write of somebody who does not compete", async () => {
    const a = world.agent("a");
    await start(a);
    const term = a.leadership.term();
    server.edit({ ...world.spec(), comment: "kubectl" });
    await clock.advance(2000);
    expect(server.seen.slice(-3)).toEqual(["PUT 409", "GET", "PUT"]);
    expect(a.leadership.term()).toBe(term);
    expect(world.spec()).toMatchObject({ comment: "kubectl", holderIdentity: "a" });
  });

  test("a lease that is deleted ends the term, and the next one begins", async () => {
    const a = world.agent("a");
    await start(a);
    const first = a.leadership.term();
    server.remove();
    await clock.advance(2000);
    expect(first?.signal.aborted).toBe(true);
    expect(leads(a)).toBe(true);
    expect(a.changes).toEqual([true, false, true]);
  });

  test("does nothing before it is started, and nothing after it is closed", async () => {
    const a = world.agent("a");
    await clock.advance(5000);
    expect(server.seen).toEqual([]);
    await a.leadership.close();
    await start(a);
    await clock.advance(5000);
    expect(server.seen).toEqual([]);
    expect(clock.next()).toBeUndefined();
  });
});

describe("of two", () => {
  test("one leads and the other one says once who", async () => {
    const [a, b] = [world.agent("a"), world.agent("b")];
    await start(a, b);
    await clock.advance(60_000);
    expect([leads(a), leads(b)]).toEqual([true, false]);
    expect(b.log.lines).toEqual(["info standing by: a leads"]);
    expect(b.changes).toEqual([]);
  });

  test("the other one leads within two seconds of a close", async () => {
    const [a, b] = [world.agent("a"), world.agent("b")];
    a.client.latency = 50;
    b.client.latency = 50;
    await start(a);
    await clock.advance(1000);
    await start(b);
    await clock.advance(7777);
    const term = a.leadership.term();
    const closed = a.leadership.close();
    expect(term?.signal.aborted).toBe(true);
    expect(leads(a)).toBe(false);
    expect(await world.elapsed(() => leads(b))).toBeLessThan(700);
    await closed;
    expect(world.spec()).toMatchObject({ holderIdentity: "b", leaseTransitions: 1 });
    await clock.advance(20_000);
    expect([leads(a), leads(b)]).toEqual([false, true]);
  });

  test("the other one waits for the lease duration after a crash, and no less", async () => {
    const [a, b] = [world.agent("a"), world.agent("b")];
    await start(a, b);
    await clock.advance(8000);
    a.client.fault = () => "hangs";
    const until = await world.elapsed(() => leads(b));
    expect(until).toBeGreaterThanOrEqual(15_000);
    expect(until).toBeLessThan(15_000 + 2000);
  });

  test("clocks that do not agree do not matter", async () => {
    const late = { ...clock, now: () => clock.now() - 86_400_000 };
    const [a, b] = [world.agent("a", { clock: late }), world.agent("b")];
    await start(a, b);
    await clock.advance(60_000);
    expect([leads(a), leads(b)]).toEqual([true, false]);
  });

  test("a lease that another one took ends the term at the next renewal", async () => {
    const a = world.agent("a");
    await start(a);
    const term = a.leadership.term();
    server.edit({ holderIdentity: "b", leaseDurationSeconds: 15 });
    await clock.advance(2000);
    expect(term?.signal.aborted).toBe(true);
    expect(a.changes).toEqual([true, false]);
    expect(a.log.lines).toContain("warn not leading any more: b leads");
  });
});

describe("an API server that cannot be reached", () => {
  test.each(["down", "hangs", "lost", 500, 429, 403] as const)(
    "%s: the term ends at the renew deadline, by its timer, and there is a new one afterwards",
    async (fault) => {
      const a = world.agent("a");
      await start(a);
      await clock.advance(2000);
      const term = a.leadership.term();
      a.client.fault = ({ method }) => (fault === "lost" && method === "GET" ? "hangs" : fault);
      await clock.advance(9998);
      expect(term?.signal.aborted).toBe(false);
      await clock.advance(2);
      expect(term?.signal.aborted).toBe(true);
      expect(a.changes).toEqual([true, false]);
      await clock.advance(30_000);
      expect(leads(a)).toBe(false);
      a.client.fault = () => undefined;
      await world.elapsed(() => leads(a), 6000);
      expect(a.leadership.term()?.signal.aborted).toBe(false);
    },
  );

  test("an outage shorter than the deadline goes by unnoticed", async () => {
    const a = world.agent("a");
    await start(a);
    const term = a.leadership.term();
    a.client.fault = () => "down";
    await clock.advance(7000);
    a.client.fault = () => undefined;
    await clock.advance(30_000);
    expect(a.leadership.term()).toBe(term);
    expect(a.log.lines).toEqual([
      "info leading: this agent publishes and reports",
      "warn the lease is out of reach, trying on: lease: no answer; look there",
      ...Array<string>(2).fill("debug the lease is still out of reach: lease: no answer; look there"),
      "info the lease is within reach again",
    ]);
  });

  test("a lost answer to a renewal is found out and goes by unnoticed", async () => {
    const a = world.agent("a");
    await start(a);
    const term = a.leadership.term();
    let lost = 0;
    a.client.fault = ({ method }) => (method === "PUT" && lost++ === 0 ? "lost" : undefined);
    await clock.advance(20_000);
    expect(a.leadership.term()).toBe(term);
    expect(server.seen.slice(0, 6)).toEqual(["GET 404", "POST", "PUT", "GET", "PUT", "PUT"]);
  });

  test("a lost answer to the creation leads to a term all the same", async () => {
    const a = world.agent("a");
    a.client.fault = ({ method }) => (method === "POST" ? "lost" : undefined);
    await start(a);
    await world.elapsed(() => leads(a), 10_000);
    expect(world.spec()).toMatchObject({ leaseTransitions: 0 });
  });

  test("a server that asks to be left alone is left alone, though no longer than a lease lasts", async () => {
    const a = world.agent("a");
    const busy = (retryAfter: number) => refusal(429, "lease", retryAfter);
    a.client.fault = () => busy(9000);
    await start(a);
    a.client.fault = () => busy(3_600_000);
    expect(clock.next()).toBe(9000);
    await clock.advance(9000);
    expect(clock.next()).toBe(15_000);
  });
});

test("a missing permission is one clear error, tried on until it is granted", async () => {
  const a = world.agent("a");
  a.client.fault = () => 403;
  await start(a);
  await clock.advance(60_000);
  const errors = a.log.lines.filter((line) => line.startsWith("error"));
  expect(errors).toHaveLength(1);
  expect(errors[0]).toContain("the verbs get, create and update on leases");
  expect(errors[0]).toContain("in namespace lintel");
  a.client.fault = () => undefined;
  await world.elapsed(() => leads(a), 5000);
  expect(a.log.lines.at(-1)).toBe("info the lease is within reach again");
});

describe("an event loop that stood still", () => {
  /** The clock goes on, and no timer runs. */
  function stalling(): { readonly clock: FakeClock; stall(ms: number): void } {
    let ahead = 0;
    return {
      clock: { ...clock, monotonic: () => clock.monotonic() + ahead },
      stall: (ms) => {
        ahead += ms;
      },
    };
  }

  test("term() looks at the clock before any timer has run", async () => {
    const slow = stalling();
    const a = world.agent("a", { clock: slow.clock });
    await start(a);
    const term = a.leadership.term();
    slow.stall(9000);
    expect(a.leadership.term()).toBe(term);
    slow.stall(1000);
    expect(a.leadership.term()).toBeUndefined();
    expect(term?.signal.aborted).toBe(true);
  });

  test("an answer that came too late does not prolong the term", async () => {
    const slow = stalling();
    const a = world.agent("a", { clock: slow.clock });
    await start(a);
    const first = a.leadership.term();
    a.client.latency = 100;
    await clock.advance(2050);
    slow.stall(12_000);
    await clock.advance(50);
    expect(first?.signal.aborted).toBe(true);
    expect(a.changes).toEqual([true, false]);
    await world.elapsed(() => leads(a), 2000);
  });

  test("a timer that goes off early does not lose the deadline", async () => {
    const a = world.agent("a", { clock: { ...clock, after: (ms, task) => clock.after(ms - 0.7, task) } });
    await start(a);
    const term = a.leadership.term();
    a.client.fault = () => "down";
    await clock.advance(9990);
    expect(term?.signal.aborted).toBe(false);
    await clock.advance(11);
    expect(term?.signal.aborted).toBe(true);
  });
});
