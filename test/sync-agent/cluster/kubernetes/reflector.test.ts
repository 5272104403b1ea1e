import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { createCatchUp } from "../../../../sync-agent/cluster/kubernetes/catch-up.ts";
import { createFailureLog } from "../../../../sync-agent/cluster/kubernetes/failure-log.ts";
import { createLimiter } from "../../../../sync-agent/cluster/kubernetes/limiter.ts";
import type { SourceObserver } from "../../../../sync-agent/cluster/kubernetes/observer.ts";
import { startReflector } from "../../../../sync-agent/cluster/kubernetes/reflector.ts";
import { createSection } from "../../../../sync-agent/cluster/kubernetes/section.ts";
import {
  DEFAULT_WATCH_TIMING,
  type WatchTiming,
} from "../../../../sync-agent/cluster/kubernetes/watch-timing.ts";
import { createFakeClock } from "../../publish/support/fake-clock.ts";
import { ingress, recordingLog } from "./objects.ts";
import {
  bookmark,
  createScriptedClient,
  errorEvent,
  failure,
  type Reply,
  silence,
} from "./scripted-client.ts";

interface SetUp {
  readonly timing?: Partial<WatchTiming>;
  readonly poll?: () => number;
  readonly observer?: SourceObserver;
}

function setUp(script: readonly Reply[], { timing = {}, poll, observer = {} }: SetUp = {}) {
  const clock = createFakeClock();
  const client = createScriptedClient(clock, script);
  const log = recordingLog();
  const section = createSection({
    kind: "Ingress",
    apiVersion: "networking.k8s.io/v1",
    path: "/apis/networking.k8s.io/v1/ingresses",
    namespace: "",
    fieldSelector: undefined,
  });
  const changes: string[] = [];
  const context = {
    client,
    clock,
    random: () => 0.5,
    timing: { ...DEFAULT_WATCH_TIMING, ...timing },
    lists: createLimiter(1),
    failures: createFailureLog(log),
    catchUp: createCatchUp({ clock, timing: DEFAULT_WATCH_TIMING, caughtUp: () => {} }),
    observer,
  };
  const reflector = startReflector(context, {
    section,
    changed: (_, outcome) => {
      for (const { key, next } of outcome.changes) changes.push(`${next === undefined ? "-" : "+"}${key}`);
    },
    poll,
  });
  return { clock, client, log, reflector, changes };
}

/** Plays the script to its end, and gives what was asked until then and next. */
async function play(script: readonly Reply[], options?: SetUp) {
  const all = setUp(script, options);
  await all.clock.until(all.client.exhausted);
  await all.reflector.close();
  return all;
}

const listed: Reply = { version: "5" };
const event = (type: string, version: string, name = "web") => ({ type, object: ingress({ name, version }) });

describe("what is asked next", () => {
  test.each<[string, readonly Reply[], readonly string[]]>([
    ["a list leads to a watch from its version", [listed], ["list", "watch from 5"]],
    [
      "a list of several pages, watched from the first one's version",
      [{ version: "5", continue: "c1" }, { version: "5", continue: "c2" }, { version: "5" }],
      ["list", "list after c1", "list after c2", "watch from 5"],
    ],
    [
      "a list that expires on the way begins anew, and the second time without pages",
      [
        { version: "5", continue: "c1" },
        { fails: failure(410) },
        { version: "6", continue: "c2" },
        { fails: failure(410) },
        { version: "7" },
      ],
      ["list", "list after c1", "list", "list after c2", "list in one", "watch from 7"],
    ],
    [
      "lists that fail are asked for again, with growing delays",
      [{ fails: failure(undefined) }, { fails: failure(403) }, { fails: failure(500) }, listed],
      ["list", "+750: list", "+1500: list", "+3000: list", "watch from 5"],
    ],
    [
      "the server's wish to be left alone is obeyed",
      [{ fails: failure(429, "slow", 9000) }, listed, { fails: failure(503, "slow", 4000) }],
      ["list", "+9000: list", "watch from 5", "+4000: watch from 5"],
    ],
    [
      "a watch that ends goes on from the last event",
      [listed, { lines: [event("ADDED", "6"), event("MODIFIED", "8")] }],
      ["list", "watch from 5", "watch from 8"],
    ],
    [
      "a watch that ends goes on from the last bookmark",
      [listed, { lines: [bookmark("9")] }],
      ["list", "watch from 5", "watch from 9"],
    ],
    [
      "a quiet watch that ends after minutes goes on at once",
      [listed, { lines: [], lasts: 300_000 }],
      ["list", "watch from 5", "watch from 5"],
    ],
    [
      "watches that end at once wait longer and longer, until one lasts",
      [listed, { lines: [] }, { lines: [] }, { lines: [], lasts: 60_000 }, { lines: [] }],
      [
        "list",
        "watch from 5",
        "+750: watch from 5",
        "+1500: watch from 5",
        "watch from 5",
        "+750: watch from 5",
      ],
    ],
    [
      "a watch that falls silent goes on from the last version",
      [listed, { lines: [bookmark("9")], lasts: 90_000, ends: silence() }],
      ["list", "watch from 5", "watch from 9"],
    ],
    [
      "410 as the answer leads to a list",
      [listed, { fails: failure(410) }, { version: "20" }],
      ["list", "watch from 5", "list", "watch from 20"],
    ],
    [
      "410 as an event leads to a list",
      [listed, { lines: [event("ADDED", "6"), errorEvent(410)] }, { version: "20" }],
      ["list", "watch from 5", "list", "watch from 20"],
    ],
    [
      "410 over and over leads to lists with delays",
      [listed, { fails: failure(410) }, { version: "20" }, { fails: failure(410) }, { version: "30" }],
      ["list", "watch from 5", "list", "watch from 20", "+1500: list", "watch from 30"],
    ],
    [
      "another error as an event leads to a watch after a delay",
      [listed, { lines: [event("ADDED", "6"), errorEvent(500)] }],
      ["list", "watch from 5", "+750: watch from 6"],
    ],
    [
      "a watch that the server refuses three times leads to a list",
      [listed, { fails: failure(400) }, { fails: failure(400) }, { fails: failure(400) }, { version: "20" }],
      ["list", "watch from 5", "+750: watch from 5", "+1500: watch from 5", "+3000: list", "watch from 20"],
    ],
    [
      "a broken connection leads to a watch after a delay, however often",
      [
        listed,
        { fails: failure(undefined) },
        { fails: failure(undefined) },
        { fails: failure(undefined) },
        { fails: failure(undefined) },
      ],
      [
        "list",
        "watch from 5",
        "+750: watch from 5",
        "+1500: watch from 5",
        "+3000: watch from 5",
        "+6000: watch from 5",
      ],
    ],
    [
      "a line that is no event leads to a watch after a delay",
      [listed, { lines: [event("ADDED", "6"), "{"] }],
      ["list", "watch from 5", "+750: watch from 6"],
    ],
    [
      "everything is listed again after half an hour",
      [listed, { lines: [bookmark("9")], lasts: 10_000_000 }, { version: "20" }],
      ["list", "watch from 5", "list", "watch from 20"],
    ],
    [
      "a list that was only to make sure does not hold up the watch",
      [
        listed,
        { lines: [bookmark("9")], lasts: 10_000_000 },
        { fails: failure(403) },
        { lines: [], lasts: 10_000_000 },
        { version: "20" },
      ],
      ["list", "watch from 5", "list", "watch from 9", "list", "watch from 20"],
    ],
    [
      "what is no list is asked for again",
      [{ version: 5 as unknown as string }, listed],
      ["list", "+750: list", "watch from 5"],
    ],
  ])("%s", async (_, script, asked) => {
    const { client } = await play(script);
    expect(client.asked).toEqual(asked);
  });
});

test("lists that are to make sure come after half an hour, and minutes after one that failed", async () => {
  const long: Reply = { lines: [bookmark("9")], lasts: 10_000_000 };
  const { client } = await play([listed, long, { version: "20" }, long, { fails: failure(403) }, long]);
  expect(client.asked).toEqual([
    "list",
    "watch from 5",
    "list",
    "watch from 20",
    "list",
    "watch from 9",
    "list",
  ]);
  const [, first = 0, second = 0, , third = 0, , fourth = 0] = client.times;
  expect([second - first, third - second, fourth - third]).toEqual([1_800_001, 1_800_001, 180_001]);
});

test("requests are made as the API wants them", async () => {
  const { client } = await play([listed]);
  const [list, watch] = client.requests;
  expect(list).toMatchObject({
    method: "GET",
    path: "/apis/networking.k8s.io/v1/ingresses",
    timeoutMs: 60_000,
  });
  expect(list?.query).toEqual({ limit: "500", continue: undefined, fieldSelector: undefined });
  expect(watch?.query).toEqual({
    watch: "1",
    resourceVersion: "5",
    allowWatchBookmarks: "true",
    timeoutSeconds: "450",
    fieldSelector: undefined,
  });
});

describe("what becomes of the objects", () => {
  test("changes are told as they come; a new list tells the difference", async () => {
    const { changes } = await play([
      { version: "5", items: [ingress(), ingress({ name: "b" })] },
      {
        lines: [
          event("ADDED", "6", "c"),
          event("MODIFIED", "7", "b"),
          event("DELETED", "8", "b"),
          errorEvent(410),
        ],
      },
      { version: "20", items: [ingress({ version: "9" }), ingress({ name: "d" })] },
    ]);
    expect(changes).toEqual(["+shop/web", "+shop/b", "+shop/c", "-shop/b", "-shop/c", "+shop/d"]);
  });

  test("a list that does not get to its end changes nothing", async () => {
    const { changes } = await play([
      { version: "5", items: [ingress()] },
      { lines: [errorEvent(410)] },
      { version: "20", items: [ingress({ name: "b" })], continue: "c" },
      { fails: failure(500) },
    ]);
    expect(changes).toEqual(["+shop/web"]);
  });

  test("nothing changes after the close, also when an answer comes then", async () => {
    const { clock, client, reflector, changes } = setUp([]);
    await clock.until(client.exhausted);
    const closed = reflector.close();
    await clock.until(closed);
    expect(changes).toEqual([]);
    expect(clock.next()).toBeUndefined();
  });
});

describe("health", () => {
  test("is synced after the first list, and shows when the server was heard last", async () => {
    const { clock, client, reflector } = setUp([
      { fails: failure(403) },
      listed,
      { lines: [bookmark("6")], lasts: 60_000 },
    ]);
    expect(reflector.health()).toEqual({
      kind: "Ingress",
      namespace: "",
      synced: false,
      lastContact: undefined,
    });
    await turn();
    expect(reflector.health()).toMatchObject({ synced: false, failure: { status: 403 } });
    await clock.until(reflector.synced);
    const heard = clock.now();
    expect(reflector.health()).toEqual({ kind: "Ingress", namespace: "", synced: true, lastContact: heard });
    await clock.until(client.exhausted);
    expect(reflector.health().lastContact).toBe(heard);
    expect(clock.now()).toBe(heard + 60_000);
    await reflector.close();
  });

  test("a failure of the watch shows until a watch is well again", async () => {
    const { clock, client, log, reflector } = setUp([
      listed,
      { fails: failure(403) },
      { lines: [], lasts: 26_000 },
    ]);
    await clock.until(reflector.synced);
    await turn();
    expect(reflector.health().failure).toMatchObject({ status: 403 });
    await clock.until(client.exhausted);
    expect(reflector.health()).not.toHaveProperty("failure");
    expect(log.lines).toEqual([
      "error: cannot list x: no; see 403; it will be tried again",
      "info: resolved: list x: no; see 403",
    ]);
    await reflector.close();
  });
});

test("observers are told of lists, events, ends and failures", async () => {
  const told: unknown[] = [];
  const observer: SourceObserver = {
    listed: (kind, seconds, objects) => told.push(["listed", kind, seconds, objects]),
    event: (kind) => told.push(["event", kind]),
    watchEnded: (kind, why) => told.push(["ended", kind, why]),
    failed: (kind, error) => told.push(["failed", kind, error.status]),
  };
  await play(
    [
      { fails: failure(403) },
      { version: "5", items: [ingress(), ingress({ name: "b" })] },
      { lines: [event("MODIFIED", "6"), bookmark("7")] },
      { lines: [bookmark("8")], ends: silence() },
      { fails: failure(500) },
      { lines: [errorEvent(410)] },
    ],
    { observer },
  );
  expect(told).toEqual([
    ["failed", "Ingress", 403],
    ["listed", "Ingress", 0, 2],
    ["event", "Ingress"],
    ["ended", "Ingress", "closed"],
    ["ended", "Ingress", "silent"],
    ["failed", "Ingress", 500],
    ["ended", "Ingress", "error"],
    ["ended", "Ingress", "expired"],
  ]);
});

test("a fault within does not end the following", async () => {
  let faults = 0;
  const fault = () => {
    faults += 1;
    throw new TypeError("a fault");
  };
  const observer: SourceObserver = { event: fault, listed: fault, watchEnded: fault };
  const { client } = await play(
    [listed, { lines: [event("ADDED", "6")] }, { lines: [errorEvent(410)] }, { version: "20" }],
    { observer },
  );
  expect(client.asked).toEqual([
    "list",
    "+500: watch from 5",
    "+500: watch from 6",
    "+3000: list",
    "+500: watch from 20",
  ]);
  expect(faults).toBeGreaterThan(3);
});

test("a resource that is not worth a watch is listed now and then", async () => {
  const { client } = await play([listed, { version: "6", items: [ingress()] }, { fails: failure(500) }], {
    poll: () => 60_000,
  });
  expect(client.asked).toEqual(["list", "+60000: list", "+60000: list", "+60000: list"]);
});
