import { beforeEach, expect, test } from "vitest";
import type { FakeClock } from "../publish/support/fake-clock.ts";
import { createElectionWorld, type ElectionWorld, leads, start } from "./support/election-world.ts";
import type { LeaseServer } from "./support/lease-server.ts";

let world: ElectionWorld;
let clock: FakeClock;
let server: LeaseServer;

beforeEach(() => {
  world = createElectionWorld();
  ({ clock, server } = world);
});

test("a leader leaves the lease to anybody", async () => {
  const a = world.agent("a");
  await start(a);
  await a.leadership.close();
  expect(world.spec()).toMatchObject({ holderIdentity: "", leaseDurationSeconds: 1, leaseTransitions: 0 });
  expect(a.changes).toEqual([true, false]);
  expect(a.log.lines.slice(-2)).toEqual([
    "info not leading any more: this agent is stopping",
    "info released the lease; another agent may lead at once",
  ]);
  expect(clock.next()).toBeUndefined();
});

test("a candidate writes nothing", async () => {
  const [a, b] = [world.agent("a"), world.agent("b")];
  await start(a, b);
  const before = world.spec();
  await b.leadership.close();
  expect(world.spec()).toEqual(before);
});

test("a renewal under way is waited for and then released", async () => {
  const a = world.agent("a");
  a.client.latency = 100;
  await start(a);
  await world.elapsed(() => leads(a));
  await clock.advance(1950);
  await clock.until(a.leadership.close());
  expect(server.seen).toEqual(["GET 404", "POST", "PUT", "PUT"]);
  expect(world.spec()).toMatchObject({ holderIdentity: "" });
});

test("what an unknown answer has left is looked up and released", async () => {
  const a = world.agent("a");
  await start(a);
  a.client.fault = ({ method }) => (method === "PUT" ? "lost" : undefined);
  await clock.advance(2000);
  const closed = a.leadership.close();
  a.client.fault = () => undefined;
  await clock.until(closed);
  expect(server.seen.slice(-3)).toEqual(["PUT", "GET", "PUT"]);
  expect(world.spec()).toMatchObject({ holderIdentity: "" });
});

test("an acquisition that comes through while closing begins no term, and is released", async () => {
  const a = world.agent("a");
  a.client.latency = 100;
  await start(a);
  await clock.advance(150);
  await clock.until(a.leadership.close());
  expect(server.seen).toEqual(["GET 404", "POST", "PUT"]);
  expect(world.spec()).toMatchObject({ holderIdentity: "" });
  expect(a.changes).toEqual([]);
});

test("takes a moment only when the API server is gone, and says what follows", async () => {
  const a = world.agent("a");
  await start(a);
  await clock.advance(1000);
  a.client.fault = () => "hangs";
  const from = clock.now();
  await clock.until(a.leadership.close());
  expect(clock.now() - from).toBeLessThanOrEqual(1200);
  expect(a.log.lines.at(-1)).toMatch(/^warn could not release the lease; another agent leads when it runs/);
  expect(clock.next()).toBeUndefined();
});

test("twice is once", async () => {
  const a = world.agent("a");
  await start(a);
  await Promise.all([a.leadership.close(), a.leadership.close()]);
  await a.leadership.close();
  expect(server.seen).toEqual(["GET 404", "POST", "PUT"]);
});
