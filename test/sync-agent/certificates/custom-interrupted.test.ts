import { describe, expect, it, test } from "vitest";
import { UNUSED_MS } from "../../../sync-agent/certificates/custom-plan.ts";
import { both, customHarness, MINUTE, want } from "./support/custom-harness.ts";
import { failure } from "./support/fake-zones.ts";

const at = customHarness();

describe("a failure of the API is thrown, for another attempt", () => {
  test.each<[string, ReturnType<typeof failure>, object]>([
    [
      "too many requests",
      failure(429, 10429, "Rate limited", { "retry-after": "300" }),
      { reason: "limited", retryAfter: 300_000 },
    ],
    ["a fault", failure(502, 1000, "Bad gateway"), { reason: "unavailable" }],
    [
      "a missing permission",
      failure(403, 10000, "Authentication error"),
      { reason: "token", remedy: expect.stringContaining("Zone: Read") as string },
    ],
    ["an answer of something else", { status: 200, body: { result: [{}] } }, { reason: "rejected" }],
  ])("%s", async (_, answer, expected) => {
    at.cloud.fault = () => answer;
    expect(await at.failureOf(...both())).toMatchObject({ name: "CertificateStoreError", ...expected });
    at.cloud.fault = () => undefined;
    expect((await at.reconcile(...both())).writes).toEqual(["createCustom zone-shop"]);
  });

  it("so is a record that cannot be understood, because what is ours is not known then", async () => {
    at.kv.store.set("test/certificates", '{"version":2}');
    expect(await at.failureOf(...both())).toMatchObject({ reason: "record" });
    expect(at.cloud.requests).toEqual([]);
  });
});

describe("another agent", () => {
  it("waits while a record of what was just uploaded is not seen yet", async () => {
    await at.reconcile(...both());
    const record = at.kv.store.get("test/certificates") ?? "";
    at.kv.store.delete("test/certificates");
    at.restart();
    await at.clock.advance(MINUTE);
    const error = await at.failureOf(want("shop.example", "shop"));
    expect(error).toMatchObject({ reason: "settling", retryAfter: expect.any(Number) as number });
    at.kv.store.set("test/certificates", record);
    expect(await at.reconcile(...both())).toEqual({ writes: [], warnings: [] });
  });

  it("is read anew when a term begins, whatever was known before", async () => {
    await at.reconcile(...both());
    const first = at.store;
    at.restart();
    await at.reconcile(want("shop.example", "renewed"));
    at.restart(first);
    expect(await at.reconcile(want("shop.example", "renewed"))).toEqual({ writes: [], warnings: [] });
    await at.clock.advance(UNUSED_MS);
    expect(await at.reconcile(want("shop.example", "renewed"))).toEqual({ writes: [], warnings: [] });
  });
});

describe("an agent that is cut off", () => {
  const later = () => [want("shop.example", "renewed"), want("bank.example", "two zones", "shop/bank")];

  /** Counts down, and then fails once. */
  function failAt(step: number, outcome: "before" | "after") {
    let left = step;
    const isDue = () => left-- === 0;
    at.cloud.fault = () => {
      if (!isDue()) return undefined;
      return outcome === "before" ? failure(503, 1, "down") : "carry out, then cut off";
    };
    at.kv.fault = () => (isDue() ? { written: outcome === "before" ? 0 : 1 } : undefined);
  }

  const steps = Array.from({ length: 14 }, (_, step) => step);
  test.each(
    steps.flatMap((step) => (["before", "after"] as const).map((outcome) => [outcome, step] as const)),
  )("%s step %i leaves nothing that the next one does not put right", async (outcome, step) => {
    at.shopZone().custom = [at.byHand("late", "hand-1")];
    await at.reconcile(...both(), want("api.shop.example", "other", "shop/other"));
    await at.clock.advance(10 * MINUTE);
    failAt(step, outcome);
    for (const desired of [later(), later()]) {
      await at.failureOf(...desired);
      await at.clock.advance(UNUSED_MS);
    }
    at.cloud.fault = () => undefined;
    at.kv.fault = () => undefined;
    at.restart();
    expect((await at.reconcile(...later())).warnings).toEqual([]);
    await at.clock.advance(UNUSED_MS);
    await at.reconcile(...later());
    expect(at.cloud.zones.slice(0, 2).map((zone) => at.holdings(zone))).toEqual([
      ["late", "renewed"],
      ["two zones"],
    ]);
    // And all of it is known to be ours.
    await at.reconcile();
    await at.clock.advance(UNUSED_MS);
    await at.reconcile();
    expect(at.cloud.zones.slice(0, 2).map((zone) => at.holdings(zone))).toEqual([["late"], []]);
  });
});
