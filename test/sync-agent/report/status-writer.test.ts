import { beforeEach, describe, expect, test } from "vitest";
import type { Ingress, LoadBalancerAddress } from "../../../sync-agent/cluster/state.ts";
import { createKubernetesReporter } from "../../../sync-agent/report/kubernetes-reporter.ts";
import type { Reporter } from "../../../sync-agent/report/reporter.ts";
import { statusManager } from "../../../sync-agent/report/status-owner.ts";
import { clusterState, ingress } from "../compile/support/objects.ts";
import { createFakeClock, type FakeClock } from "../publish/support/fake-clock.ts";
import { createFakeLog, type FakeLog } from "../publish/support/fake-log.ts";
import { createFakeApi, type FakeApi, refusal } from "./support/fake-api.ts";

const OURS = [{ ip: "203.0.113.7" }, { hostname: "edge.example.com" }];
const OTHERS = [{ ip: "198.51.100.1" }];
const MANAGER = statusManager("default");

let clock: FakeClock;
let api: FakeApi;
let log: FakeLog;
let writes: string[];
let reporter: Reporter;
let term: AbortController;

beforeEach(() => {
  clock = createFakeClock();
  api = createFakeApi(clock);
  log = createFakeLog();
  writes = [];
  term = new AbortController();
  reporter = create(OURS);
});

function create(statusAddresses: readonly LoadBalancerAddress[]): Reporter {
  return createKubernetesReporter({
    client: api,
    statusAddresses,
    cluster: "default",
    identity: "agent-0",
    clock,
    random: () => 0.5,
    log,
    observer: { statusWrite: (outcome) => writes.push(outcome), eventWrite: () => undefined },
  });
}

function stored(
  key: string,
  addresses: readonly LoadBalancerAddress[] = [],
  manager: string | undefined = "",
) {
  api.ingresses.set(key, { uid: `uid of ${key}`, version: 1, addresses, manager });
}

/** The Ingress as the watch brings it. */
function observed(key: string): Ingress {
  return ingress(key, { loadBalancer: api.ingresses.get(key)?.addresses ?? [] });
}

async function report(served: readonly string[], ingresses: readonly Ingress[], ms = 1000): Promise<void> {
  reporter.report({ state: clusterState({ Ingress: ingresses }), served, warnings: [] }, term.signal);
  await clock.advance(ms);
  await clock.advance(0);
}

const addressesOf = (key: string) => api.ingresses.get(key)?.addresses;

test("a served Ingress gets the edge's addresses, by a merge patch under our name, once", async () => {
  stored("shop/web", OTHERS);
  let sent: unknown;
  api.fault = (request) => {
    sent = { ...request, signal: undefined };
    return undefined;
  };
  await report(["shop/web"], [observed("shop/web")]);
  expect(sent).toEqual({
    method: "PATCH",
    path: "/apis/networking.k8s.io/v1/namespaces/shop/ingresses/web/status",
    query: { fieldManager: "lintel-agent-default" },
    contentType: "application/merge-patch+json",
    body: { status: { loadBalancer: { ingress: OURS } } },
    signal: undefined,
  });
  expect(api.ingresses.get("shop/web")).toMatchObject({ addresses: OURS, manager: MANAGER });
  await report(["shop/web"], [observed("shop/web")]);
  expect(api.seen).toHaveLength(1);
  expect(writes).toEqual(["ok"]);
});

test("a report that has not seen the write yet does not repeat it, for a while", async () => {
  stored("shop/web");
  const before = observed("shop/web");
  await report(["shop/web"], [before]);
  await report(["shop/web"], [before]);
  expect(api.seen).toHaveLength(1);
  await report(["shop/web"], [before], 60_000);
  await report(["shop/web"], [before]);
  expect(api.seen).toHaveLength(2);
});

test("what somebody else writes is set right with the next report", async () => {
  stored("shop/web");
  await report(["shop/web"], [observed("shop/web")]);
  stored("shop/web", OTHERS, "nginx");
  await report(["shop/web"], [observed("shop/web")]);
  expect(addressesOf("shop/web")).toEqual(OURS);
});

test("without addresses nothing is asked or written", async () => {
  reporter = create([]);
  stored("shop/web");
  stored("shop/left", OURS, MANAGER);
  await report(["shop/web"], [observed("shop/web"), observed("shop/left")]);
  expect(api.seen).toEqual([]);
});

describe("an Ingress that is not served any more", () => {
  test("is emptied when we wrote its status, also before this agent began", async () => {
    stored("shop/web", OURS, MANAGER);
    await report([], [observed("shop/web")]);
    expect(api.seen).toEqual(["GET ingresses shop/web", "PATCH ingresses/status shop/web"]);
    expect(addressesOf("shop/web")).toEqual([]);
    expect(writes).toEqual(["ok"]);
  });

  test("is emptied when its addresses are ours and the server does not say who wrote them", async () => {
    stored("shop/web", OURS);
    const unnamed = api.ingresses.get("shop/web");
    if (unnamed !== undefined) unnamed.manager = undefined;
    await report([], [observed("shop/web")]);
    expect(addressesOf("shop/web")).toEqual([]);
  });

  test("is emptied though the same object was served a moment ago", async () => {
    stored("shop/web");
    await report(["shop/web"], [observed("shop/web")]);
    const written = observed("shop/web");
    await report(["shop/web"], [written]);
    await report([], [written]);
    expect(addressesOf("shop/web")).toEqual([]);
    await report(["shop/web"], [observed("shop/web")]);
    expect(addressesOf("shop/web")).toEqual(OURS);
  });

  test("is left alone when another Lintel wrote the same addresses, and is not asked about again", async () => {
    stored("shop/web", OURS, statusManager("blue"));
    const web = observed("shop/web");
    await report([], [web]);
    await report([], [web], 3_600_000);
    await report([], [web]);
    expect(api.seen).toEqual(["GET ingresses shop/web"]);
    expect(addressesOf("shop/web")).toEqual(OURS);
  });

  test("is left alone when another controller has taken it over meanwhile", async () => {
    stored("shop/web", OURS, MANAGER);
    const before = observed("shop/web");
    stored("shop/web", OTHERS, "nginx");
    await report([], [before]);
    expect(api.seen).toEqual(["GET ingresses shop/web"]);
    expect(addressesOf("shop/web")).toEqual(OTHERS);
  });

  test("is looked at again when somebody writes between the look and the write", async () => {
    stored("shop/web", OURS, MANAGER);
    const before = observed("shop/web");
    api.fault = (_request, what) => {
      const web = api.ingresses.get("shop/web");
      if (what.startsWith("PATCH") && web !== undefined && web.version === 1) {
        stored("shop/web", OTHERS, "nginx");
        api.ingresses.set("shop/web", { uid: "", version: 2, addresses: OTHERS, manager: "nginx" });
      }
      return undefined;
    };
    await report([], [before]);
    expect(api.seen).toEqual([
      "GET ingresses shop/web",
      "PATCH ingresses/status shop/web 409",
      "GET ingresses shop/web",
    ]);
    expect(addressesOf("shop/web")).toEqual(OTHERS);
    expect(log.lines).toEqual([]);
  });
});

describe("an API server that refuses", () => {
  const KEYS = ["a/web", "b/web", "c/web"];

  beforeEach(() => {
    for (const key of KEYS) stored(key);
  });
  const all = () => KEYS.map((key) => observed(key));

  test("409: the write is repeated at once", async () => {
    let left = 3;
    api.fault = () => (left-- > 0 ? refusal(409) : undefined);
    await report(["a/web"], [observed("a/web")]);
    expect(addressesOf("a/web")).toEqual(OURS);
    expect(log.lines).not.toContainEqual(expect.stringMatching(/^(?:warn|error)/));
  });

  test("404: the Ingress is forgotten, without a word", async () => {
    api.ingresses.delete("a/web");
    await report(KEYS, [ingress("a/web"), observed("b/web")]);
    expect(addressesOf("b/web")).toEqual(OURS);
    expect(log.lines.filter((line) => !line.startsWith("debug"))).toEqual([]);
    await clock.advance(3_600_000);
    expect(api.seen).toHaveLength(2);
  });

  test("403: one clear error, one try a namespace and half minute, and the others are written", async () => {
    stored("a/more");
    api.fault = (_request, what) => (what.includes(" a/") ? refusal(403, what) : undefined);
    const ingresses = [...all(), observed("a/more")];
    await report([...KEYS, "a/more"], ingresses, 100);
    expect(addressesOf("b/web")).toEqual(OURS);
    for (let minute = 0; minute < 10; minute += 1) await report([...KEYS, "a/more"], ingresses, 60_000);
    const errors = log.lines.filter((line) => line.startsWith("error"));
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain("the verb patch on ingresses/status");
    const tries = api.seen.filter((line) => line.includes(" a/")).length;
    expect(tries).toBeGreaterThanOrEqual(10);
    expect(tries).toBeLessThanOrEqual(45);
    api.fault = () => undefined;
    await clock.advance(31_000);
    expect(addressesOf("a/web")).toEqual(OURS);
    expect(addressesOf("a/more")).toEqual(OURS);
    expect(log.lines.findLast((line) => !line.startsWith("debug"))).toBe(
      "info can write the status of Ingresses again",
    );
  });

  test("422: it is logged, and the others are written", async () => {
    api.fault = (_request, what) => (what.includes("a/web") ? refusal(422, what) : undefined);
    const ingresses = all();
    await report(KEYS, ingresses, 60_000);
    await report(KEYS, ingresses, 60_000);
    expect(log.lines.filter((line) => line.startsWith("error"))).toHaveLength(1);
    expect(api.seen.filter((line) => line.includes("a/web"))).toHaveLength(1);
    expect(addressesOf("c/web")).toEqual(OURS);
  });

  test("500 for one of them, as from a webhook: the others are written, and it is tried again", async () => {
    let isDown = true;
    api.fault = (_request, what) => (isDown && what.includes("a/web") ? refusal(500, what) : undefined);
    await report(KEYS, all());
    expect(addressesOf("c/web")).toEqual(OURS);
    isDown = false;
    await clock.advance(30_000);
    expect(addressesOf("a/web")).toEqual(OURS);
    expect(writes).toEqual(["failed", "ok", "ok", "ok"]);
  });

  test.each([undefined, 429, 503])(
    "%s: few requests, ever later, until it is there again",
    async (status) => {
      api.fault = () => refusal(status);
      for (let i = 0; i < 100; i += 1) stored(`more/web-${i}`);
      const keys = [...api.ingresses.keys()];
      const ingresses = keys.map(observed);
      for (let minute = 0; minute < 10; minute += 1) await report(keys, ingresses, 60_000);
      expect(api.seen.length).toBeLessThan(200);
      expect(log.lines.filter((line) => line.startsWith("warn"))).toHaveLength(1);
      api.fault = () => undefined;
      await clock.advance(120_000);
      expect(
        [...api.ingresses.values()].every(({ addresses }) => addresses === OURS || addresses.length === 2),
      ).toBe(true);
    },
  );

  test("Retry-After is kept", async () => {
    api.fault = () => refusal(429, "patch", { retryAfter: 40_000 });
    await report(["a/web"], [observed("a/web")], 10);
    const count = api.seen.length;
    await clock.advance(39_000);
    expect(api.seen).toHaveLength(count);
    await clock.advance(2000);
    expect(api.seen.length).toBeGreaterThan(count);
  });
});

test("hundreds of Ingresses are written steadily: eight requests at once at most, twenty a second", async () => {
  for (let i = 0; i < 300; i += 1) stored(`shop/web-${i}`);
  const keys = [...api.ingresses.keys()];
  await report(keys, keys.map(observed), 5000);
  expect(api.seen.length).toBeGreaterThan(100);
  expect(api.seen.length).toBeLessThanOrEqual(30 + 100 + 8);
  // Reports that come meanwhile do not begin anew.
  for (let i = 0; i < 8; i += 1) await report(keys, keys.map(observed), 1500);
  expect(new Set(api.seen).size).toBe(300);
  // But for writes under way whose outcome the next state did not show yet.
  expect(api.seen.length).toBeLessThanOrEqual(300 + 8 * 8);
  expect(api.most).toBeLessThanOrEqual(8);
});

test("a newer report is followed at once: what it does not serve is not written", async () => {
  for (let i = 0; i < 200; i += 1) stored(`shop/web-${i}`);
  const keys = [...api.ingresses.keys()];
  const ingresses = keys.map(observed);
  await report(keys, ingresses, 1000);
  const first = api.seen.length;
  await report(["shop/web-199"], ingresses, 60_000);
  expect(addressesOf("shop/web-199")).toEqual(OURS);
  // Those that were being written or waited for their turn.
  expect(api.seen.length).toBeLessThanOrEqual(first + 9);
});

test("the end of the term ends the writing, and nothing is taken back", async () => {
  for (const key of ["a/web", "b/web"]) stored(key);
  api.fault = (_request, what) => (what.includes("b/web") ? "hangs" : undefined);
  await report(["a/web", "b/web"], ["a/web", "b/web"].map(observed));
  term.abort();
  await clock.advance(60_000);
  expect(addressesOf("a/web")).toEqual(OURS);
  expect(api.seen).toEqual(["PATCH ingresses/status a/web", "PATCH ingresses/status b/web undefined"]);
  expect(log.lines.filter((line) => !line.startsWith("debug"))).toEqual([]);
  expect(clock.next()).toBeUndefined();
  await reporter.close();
  expect(addressesOf("a/web")).toEqual(OURS);
});
