import { describe, expect, it } from "vitest";
import type { Balance } from "../../../../contract/index.ts";
import type { Member } from "../../../../worker/ingress/balance/member.ts";
import { pickerOf } from "../../../../worker/ingress/balance/pickers.ts";
import { RetryBudget } from "../../../../worker/ingress/balance/retry-budget.ts";
import { Pool } from "../../../../worker/ingress/pool.ts";
import { exchangeOf } from "../../support/exchange.ts";
import { members, seeded } from "./members.ts";

const poolOf = (of: readonly Member[]) =>
  new Pool(of, [], { turn: 0, budget: new RetryBudget(), onEject: () => {} });

function picks(
  balance: Balance | undefined,
  of: readonly Member[],
  n: number,
  client = "192.0.2.7",
): string[] {
  const pool = poolOf(of);
  const pick = pickerOf(balance, seeded());
  const exchange = exchangeOf({ client: { address: client } });
  return Array.from({ length: n }, () => pick(pool.members, pool, exchange, 0)?.address ?? "none");
}

const count = (all: readonly string[]) => Map.groupBy(all, (it) => it);

describe("members are picked", () => {
  it("in turn without anything said", () => {
    const of = members(3);
    expect([...count(picks(undefined, of, 9)).values()].map((it) => it.length)).toEqual([3, 3, 3]);
    expect(picks({ by: "round_robin" }, of, 9)).toEqual(picks(undefined, of, 9));
  });

  it("by the fewest requests under way, equals in turn", () => {
    const of = members(3);
    const balance: Balance = { by: "least_connections" };
    expect(new Set(picks(balance, of, 3)).size).toBe(3);
    of[0]?.load.begin(0);
    of[1]?.load.begin(0);
    expect(new Set(picks(balance, of, 5))).toEqual(new Set([of[2]?.address]));
    of[2]?.load.begin(0);
    of[2]?.load.begin(0);
    expect(new Set(picks(balance, of, 5))).toEqual(new Set([of[0]?.address, of[1]?.address]));
  });

  it("by the faster of two: the slowest never, each of the others at times", () => {
    const of = members(4);
    for (const [i, { latency }] of of.entries()) latency.observe(10 * (i + 1), 0);
    // Observed at time 0 with nothing before counts for nothing: the average begins with the second look.
    for (const [i, { latency }] of of.entries()) latency.observe(10 * (i + 1), 60_000);
    const pool = poolOf(of);
    const pick = pickerOf({ by: "ewma" }, seeded());
    const found = count(
      Array.from({ length: 600 }, () => pick(of, pool, exchangeOf({}), 60_000)?.address ?? "none"),
    );
    expect(of.map(({ address }) => found.get(address)?.length ?? 0)).toEqual([
      expect.closeTo(300, -2),
      expect.closeTo(200, -2),
      expect.closeTo(100, -2),
      0,
    ]);
    expect(new Set(picks({ by: "ewma" }, of.slice(0, 1), 3))).toEqual(new Set([of[0]?.address]));
  });

  it("by a key: the same one for the same, others for others", () => {
    const of = members(5);
    const balance: Balance = { by: "hash", key: "$remote_addr" };
    expect(new Set(picks(balance, of, 10)).size).toBe(1);
    const places = Array.from({ length: 100 }, (_, i) => picks(balance, of, 1, `198.51.100.${i}`)[0]);
    expect(new Set(places).size).toBe(5);
  });

  it("by a key among a few, in turn", () => {
    const of = members(10);
    const found = count(picks({ by: "hash", key: "$remote_addr", subset: 3 }, of, 9));
    expect([...found.values()].map((it) => it.length)).toEqual([3, 3, 3]);
  });

  it("in turn where the key is empty: not all by one", () => {
    expect(new Set(picks({ by: "hash", key: "$http_x_tenant" }, members(4), 4)).size).toBe(4);
  });

  it("not at all where there are none", () => {
    const all: Balance[] = [
      { by: "round_robin" },
      { by: "least_connections" },
      { by: "ewma" },
      { by: "hash", key: "$uri" },
      { by: "hash", key: "$uri", subset: 2 },
    ];
    for (const balance of all) expect(picks(balance, [], 1)).toEqual(["none"]);
  });
});
