import { describe, expect, it, test } from "vitest";
import type { Affinity as Settings } from "../../../../contract/index.ts";
import { Affinity, tagOf } from "../../../../worker/ingress/balance/affinity.ts";
import type { Member } from "../../../../worker/ingress/balance/member.ts";
import { OpaqueIds } from "../../../../worker/ingress/balance/opaque-ids.ts";
import { RetryBudget } from "../../../../worker/ingress/balance/retry-budget.ts";
import { Pool } from "../../../../worker/ingress/pool.ts";
import { exchangeOf } from "../../support/exchange.ts";
import { members, seeded } from "./members.ts";

const SECRET = "s3cret";
const poolOf = (of: readonly Member[], draining: readonly Member[] = []) =>
  new Pool(of, draining, { turn: 0, budget: new RetryBudget(), onEject: () => {} });
const affinity = (mode: Settings["mode"], secret = SECRET) =>
  new Affinity(
    { cookie: "route", mode, stickyCanary: true },
    { path: { type: "PathPrefix", value: "/" } },
    new OpaqueIds(secret),
    seeded(),
  );

/** A client's first request, and the session that its cookie says from then on. */
async function begin(of: Affinity, pool: Pool, pick = () => pool.take(0)) {
  const placement = await of.place(pool, pool.members, pick);
  if (placement?.key === undefined) expect.fail("no place");
  const setCookie = of.cookieFor(placement.key, "5", exchangeOf({}), 0);
  const cookie = setCookie.slice(0, setCookie.indexOf(";"));
  const session = of.read(exchangeOf({ init: { headers: { cookie: `a=b; ${cookie}` } } }));
  if (session === undefined) expect.fail(`not read: ${cookie}`);
  return { member: placement.member, session, cookie };
}

describe.each<[Settings["mode"]]>([["balanced"], ["persistent"], ["persistent_drainable"]])(
  "affinity, %s",
  (mode) => {
    it("brings a client back to its endpoint, in every isolate", async () => {
      const pool = poolOf(members(5));
      for (let i = 0; i < 10; i++) {
        const { member, session } = await begin(affinity(mode), pool);
        const found = await affinity(mode).find(poolOf(members(5)), session);
        expect(found?.address).toBe(member.address);
      }
    });

    it("spreads its clients", async () => {
      const pool = poolOf(members(5));
      const of = affinity(mode);
      const found = new Set<string>();
      for (let i = 0; i < 40; i++) found.add((await begin(of, pool)).member.address);
      expect(found.size).toBe(5);
    });

    it("shows nothing of an address", async () => {
      const { member, cookie } = await begin(affinity(mode), poolOf(members(1)));
      expect(cookie).toMatch(/^route=[0-9a-f]{16,32}\.5$/);
      expect(cookie).not.toContain(member.address.split(":")[0]);
    });

    it("finds no endpoint once it has gone", async () => {
      const of = affinity(mode);
      const pool = poolOf(members(3));
      const { member, session } = await begin(of, pool);
      const left = poolOf(pool.members.filter((it) => it !== member));
      const found = await of.find(left, session);
      if (mode === "balanced") expect(left.members).toContain(found);
      else expect(found).toBeUndefined();
    });
  },
);

describe("affinity", () => {
  it("that is persistent moves nobody when endpoints are added; balanced, about a share", async () => {
    const [before, after] = [poolOf(members(4)), poolOf(members(8))];
    const moved = { balanced: 0, persistent: 0 };
    for (const mode of ["balanced", "persistent"] as const) {
      const of = affinity(mode);
      for (let i = 0; i < 200; i++) {
        const { member, session } = await begin(of, before);
        if ((await of.find(after, session))?.address !== member.address) moved[mode]++;
      }
    }
    expect(moved.persistent).toBe(0);
    expect(moved.balanced).toBeGreaterThan(60);
    expect(moved.balanced).toBeLessThan(140);
  });

  test.each<[Settings["mode"], boolean]>([
    ["persistent", false],
    ["persistent_drainable", true],
  ])("that is %s stays with an endpoint that drains: %s", async (mode, stays) => {
    const of = affinity(mode);
    const pool = poolOf(members(2));
    const { member, session } = await begin(of, pool);
    const drained = poolOf(
      pool.members.filter((it) => it !== member),
      [member],
    );
    expect((await of.find(drained, session)) === member).toBe(stays);
  });

  it("gives other names under another secret", async () => {
    const pool = poolOf(members(1));
    const { session } = await begin(affinity("persistent"), pool);
    expect(await affinity("persistent", "other").find(pool, session)).toBeUndefined();
  });

  it("places a client among the candidates only", async () => {
    for (const mode of ["balanced", "persistent"] as const) {
      const pool = poolOf(members(4));
      const candidates = pool.members.slice(0, 1);
      for (let i = 0; i < 10; i++) {
        const placement = await affinity(mode).place(pool, candidates, () => candidates[0]);
        expect(placement?.member).toBe(candidates[0]);
      }
    }
    expect(await affinity("balanced").place(poolOf([]), [], () => undefined)).toBeUndefined();
  });

  test.each([
    "",
    "route=",
    "route=10.0.0.1:8080",
    "route=zz.1",
    "route=0123456789abcdef",
    "other=0123456789abcdef.1",
  ])("reads nothing from the cookie %j", (cookie) => {
    expect(affinity("persistent").read(exchangeOf({ init: { headers: { cookie } } }))).toBeUndefined();
  });

  it("tells the backends of a route apart", () => {
    const tags = ["shop/a:80", "shop/a:81", "shop/b:80"].map((text) => {
      const [service = "", port] = text.split(":");
      return tagOf({ service, port: Number(port) });
    });
    expect(new Set(tags).size).toBe(3);
  });
});
