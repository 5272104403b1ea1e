import { describe, expect, it } from "vitest";
import { UNUSED_MS } from "../../../sync-agent/certificates/custom-plan.ts";
import { both, customHarness, MINUTE, want } from "./support/custom-harness.ts";
import { desire } from "./support/desired.ts";

const at = customHarness();

describe("uploads", () => {
  it("are one for a certificate, however many hosts have it", async () => {
    expect(await at.reconcile(...both(), want("api.shop.example", "other"))).toEqual({
      writes: ["createCustom zone-shop", "createCustom zone-shop"],
      warnings: [],
    });
    expect(at.holdings()).toEqual(["other", "shop"]);
  });

  it("are one for each zone that its hosts lie in", async () => {
    await at.reconcile(want("shop.example", "two zones"), want("bank.example", "two zones"));
    expect(at.cloud.zones.slice(0, 2).map((zone) => at.holdings(zone))).toEqual([
      ["two zones"],
      ["two zones"],
    ]);
  });

  it("do not happen again, here or in the next agent, and nothing is written", async () => {
    await at.reconcile(...both());
    const written = at.kv.writes.length;
    for (const again of [async () => {}, () => at.clock.advance(10 * MINUTE), async () => at.restart()]) {
      await again();
      expect(await at.reconcile(...both())).toEqual({ writes: [], warnings: [] });
    }
    expect(at.kv.writes).toHaveLength(written);
  });

  it("of hosts without a Secret, and of none at all, ask nothing of Cloudflare", async () => {
    expect(await at.reconcile(desire("shop.example", undefined))).toEqual({ writes: [], warnings: [] });
    expect(at.cloud.requests).toEqual([]);
  });

  it("leave no private key in KV", async () => {
    await at.reconcile(...both());
    expect([...at.kv.store.keys()]).toEqual(["test/certificates"]);
    expect([...at.kv.store.values()].join()).not.toMatch(/PRIVATE|BEGIN/);
  });
});

describe("a renewal", () => {
  it.each([
    ["with a new identifier", false],
    ["with the same identifier", true],
  ])("replaces what it renews, %s", async (_, keepsId) => {
    at.cloud.keepsId = keepsId;
    await at.reconcile(...both());
    const [old] = at.shopZone().custom;
    expect(await at.reconcile(want("shop.example", "renewed"))).toEqual({
      writes: [`editCustom zone-shop ${old?.id}`],
      warnings: [],
    });
    expect(at.holdings()).toEqual(["renewed"]);
    expect(await at.reconcile(want("shop.example", "renewed"))).toEqual({ writes: [], warnings: [] });
  });

  it("with a key of another type is added, and the old one removed when it has been of no use for an hour", async () => {
    await at.reconcile(...both());
    await at.reconcile(want("shop.example", "rsa"));
    expect(at.holdings()).toEqual(["rsa", "shop"]);
    await at.clock.advance(UNUSED_MS - MINUTE);
    await at.reconcile(want("shop.example", "rsa"));
    expect(at.holdings()).toEqual(["rsa", "shop"]);
    await at.clock.advance(MINUTE);
    expect((await at.reconcile(want("shop.example", "rsa"))).writes).toEqual([
      expect.stringMatching(/^deleteCustom zone-shop cert-/),
    ]);
    expect(at.holdings()).toEqual(["rsa"]);
  });

  it("is uploaded when what it renews was removed by hand", async () => {
    await at.reconcile(...both());
    await at.clock.advance(10 * MINUTE);
    at.shopZone().custom = [];
    expect((await at.reconcile(want("shop.example", "renewed"))).writes).toEqual(["createCustom zone-shop"]);
  });
});

describe("what nobody asks for any more", () => {
  it("is removed after an hour", async () => {
    await at.reconcile(...both());
    await at.reconcile();
    await at.clock.advance(UNUSED_MS);
    at.restart();
    await at.reconcile();
    expect(at.holdings()).toEqual([]);
    expect(await at.reconcile()).toEqual({ writes: [], warnings: [] });
  });

  it("stays when it is asked for again within the hour", async () => {
    await at.reconcile(...both());
    await at.reconcile();
    await at.clock.advance(UNUSED_MS - MINUTE);
    await at.reconcile(...both());
    await at.clock.advance(UNUSED_MS);
    expect((await at.reconcile(...both())).writes).toEqual([]);
    expect(at.holdings()).toEqual(["shop"]);
  });

  it("stays while what is to take its place is refused", async () => {
    await at.reconcile(...both());
    await at.reconcile(want("shop.example", "late", "shop/new"));
    await at.clock.advance(2 * UNUSED_MS);
    await at.reconcile(want("shop.example", "late", "shop/new"));
    expect(at.holdings()).toEqual(["shop"]);
  });

  it("stays when its zone cannot be seen at the time", async () => {
    await at.reconcile(...both(), want("bank.example", "two zones"));
    const [shop, bank] = at.cloud.zones.splice(0, 2);
    await at.reconcile();
    await at.clock.advance(UNUSED_MS);
    await at.reconcile();
    if (shop !== undefined && bank !== undefined) at.cloud.zones.push(shop, bank);
    expect(await at.reconcile(...both(), want("bank.example", "two zones"))).toEqual({
      writes: [],
      warnings: [],
    });
  });
});

describe("what others have uploaded", () => {
  it("is never touched", async () => {
    at.shopZone().custom = [at.byHand("other", "hand-1"), at.byHand("late", "hand-2")];
    await at.reconcile(...both());
    await at.reconcile(want("shop.example", "renewed"));
    await at.reconcile();
    await at.clock.advance(UNUSED_MS);
    await at.reconcile();
    expect(at.shopZone().custom.map(({ id }) => id)).toEqual(["hand-1", "hand-2"]);
  });

  it("serves where it is just what is wanted, and stays when it is not any more", async () => {
    at.shopZone().custom = [at.byHand("shop", "hand-1")];
    expect(await at.reconcile(...both())).toEqual({ writes: [], warnings: [] });
    await at.reconcile();
    await at.clock.advance(UNUSED_MS);
    await at.reconcile();
    expect(at.holdings()).toEqual(["shop"]);
  });

  it("includes one of ours that somebody has replaced by hand under its identifier", async () => {
    await at.reconcile(...both());
    await at.clock.advance(10 * MINUTE);
    at.shopZone().custom = at.shopZone().custom.map(({ id }) => at.byHand("other", id));
    await at.reconcile();
    await at.clock.advance(UNUSED_MS);
    await at.reconcile();
    expect(at.holdings()).toEqual(["other"]);
  });
});
