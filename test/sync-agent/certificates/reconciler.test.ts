import { beforeEach, describe, expect, it } from "vitest";
import { CertificateStoreError } from "../../../sync-agent/certificates/error.ts";
import {
  type CertificateReconciler,
  createCertificateReconciler,
  LOOK_MS,
  RETRY_MS,
  SPACING_MS,
} from "../../../sync-agent/certificates/reconciler.ts";
import type { Warning } from "../../../sync-agent/warning.ts";
import { createFakeClock, type FakeClock } from "../publish/support/fake-clock.ts";
import { createFakeLog, type FakeLog } from "../publish/support/fake-log.ts";
import { desire } from "./support/desired.ts";

let clock: FakeClock;
let log: FakeLog;
/** The server names of each attempt. */
let attempts: string[];
let signals: AbortSignal[];
let told: (readonly Warning[])[];
/** What an attempt does; to succeed unless a test says otherwise. */
let outcome: () => Promise<readonly Warning[]>;
let reconciler: CertificateReconciler;
let term: AbortController;

beforeEach(() => {
  clock = createFakeClock();
  log = createFakeLog();
  attempts = [];
  signals = [];
  told = [];
  outcome = async () => [];
  term = new AbortController();
  reconciler = createCertificateReconciler({
    store: {
      mode: "custom",
      reconcile(desired, signal) {
        attempts.push(desired.map(({ serverName }) => serverName).join(" "));
        signals.push(signal);
        return outcome();
      },
    },
    clock,
    log,
    onWarnings: (warnings) => told.push(warnings),
  });
});

const update = (...serverNames: string[]) =>
  reconciler.update(
    serverNames.map((serverName) => desire(serverName, undefined)),
    term.signal,
  );

const failing =
  (failure: { retryAfter?: number; reason?: "limited" | "settling" } = {}) =>
  async () => {
    throw new CertificateStoreError({
      operation: "list",
      problem: "down",
      remedy: "wait",
      reason: "limited",
      ...failure,
    });
  };

describe("an attempt", () => {
  it("comes at once for the first wish, and its warnings are told", async () => {
    const warning = {
      object: "o",
      field: "f",
      reason: "CertificateMissing",
      message: "m",
      remedy: "r",
    } as const;
    outcome = async () => [warning];
    update("a");
    await clock.advance(0);
    expect([attempts, told]).toEqual([["a"], [[warning]]]);
  });

  it("is not made again for an unchanged wish, until it is time for a look", async () => {
    update("a");
    await clock.advance(0);
    update("a");
    await clock.advance(LOOK_MS - 1);
    expect(attempts).toEqual(["a"]);
    await clock.advance(1);
    expect(attempts).toEqual(["a", "a"]);
  });

  it("is made for the newest of the wishes that come too fast", async () => {
    update("a");
    await clock.advance(0);
    update("b");
    update("c");
    await clock.advance(SPACING_MS - 1);
    expect(attempts).toEqual(["a"]);
    await clock.advance(1);
    expect(attempts).toEqual(["a", "c"]);
  });

  it("is one at a time; what came meanwhile follows", async () => {
    const slow = Promise.withResolvers<readonly Warning[]>();
    outcome = () => slow.promise;
    update("a");
    await clock.advance(0);
    update("b");
    await clock.advance(LOOK_MS * 2);
    expect(attempts).toEqual(["a"]);
    slow.resolve([]);
    await clock.advance(0);
    await clock.advance(SPACING_MS);
    expect(attempts).toEqual(["a", "b"]);
  });

  it("has one signal in a term, and another in the next", async () => {
    update("a");
    await clock.advance(LOOK_MS);
    term = new AbortController();
    update("a");
    await clock.advance(SPACING_MS);
    expect(attempts).toEqual(["a", "a", "a"]);
    expect(signals[0]).toBe(signals[1]);
    expect(signals[2]).not.toBe(signals[1]);
  });
});

describe("a failure", () => {
  it("is logged and tried again, later and later, and told of no warnings", async () => {
    outcome = failing();
    update("a");
    await clock.advance(0);
    expect(log.lines).toEqual(["error certificates: list: down; wait"]);
    const delays: number[] = [];
    for (let i = 0; i < 8; i++) {
      delays.push(clock.next() ?? 0);
      await clock.advance(clock.next() ?? 0);
    }
    expect(delays.slice(0, 3)).toEqual([RETRY_MS, 2 * RETRY_MS, 4 * RETRY_MS]);
    expect(delays.at(-1)).toBe(LOOK_MS);
    expect(told).toEqual([]);
  });

  it("with a time to wait keeps also new wishes waiting", async () => {
    outcome = failing({ retryAfter: 300_000 });
    update("a");
    await clock.advance(0);
    update("b");
    await clock.advance(299_999);
    expect(attempts).toEqual(["a"]);
    await clock.advance(1);
    expect(attempts).toEqual(["a", "b"]);
  });

  it("that is only a wait for another agent's record is no error", async () => {
    outcome = failing({ reason: "settling", retryAfter: 60_000 });
    update("a");
    await clock.advance(0);
    expect(log.lines).toEqual([expect.stringMatching(/^info/)]);
  });

  it("of the program's own is logged with its error", async () => {
    const fault = new TypeError("oops");
    outcome = () => Promise.reject(fault);
    update("a");
    await clock.advance(0);
    expect(log.fields[0]).toMatchObject({ err: fault });
  });
});

describe("the end", () => {
  it("of a term gives up what is under way, and nothing follows", async () => {
    outcome = () =>
      new Promise((_, reject) =>
        signals.at(-1)?.addEventListener("abort", () => reject(new Error("given up"))),
      );
    update("a");
    await clock.advance(0);
    term.abort();
    await clock.advance(LOOK_MS * 2);
    update("b");
    await clock.advance(LOOK_MS * 2);
    expect([attempts, log.lines, told]).toEqual([["a"], [], []]);
    outcome = async () => [];
    term = new AbortController();
    update("c");
    await clock.advance(0);
    expect(attempts).toEqual(["a", "c"]);
  });

  it("waits for what is under way, and calls off what is planned", async () => {
    update("a");
    await clock.advance(0);
    outcome = () =>
      new Promise((_, reject) =>
        signals.at(-1)?.addEventListener("abort", () => reject(new Error("given up"))),
      );
    await clock.advance(LOOK_MS);
    await reconciler.close();
    expect(attempts).toEqual(["a", "a"]);
    update("b");
    expect(clock.next()).toBeUndefined();
    expect(log.lines).toEqual([]);
  });
});
