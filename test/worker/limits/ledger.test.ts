import { beforeEach, describe, expect, it } from "vitest";
import type { Standing } from "../../../worker/limits/exchange.ts";
import { Ledger } from "../../../worker/limits/ledger.ts";
import { rateOf, REQUEST } from "../../../worker/limits/rate.ts";

/** Ten a second, 20 more at once. */
const RATE = rateOf(10, "second", 2);

let now: number;
let ledger: Ledger;
beforeEach(() => {
  now = 1_000_000;
  ledger = new Ledger(() => now);
});

/** In requests. */
function tell(isolate: string, passed: number, level = passed, asked = passed): Standing | undefined {
  const use = { ...RATE, key: "k", passed, asked, level: level * REQUEST };
  return ledger.exchange({ isolate, uses: [use], underway: [] }).standings[0];
}

const levelOf = (standing: Standing | undefined) => standing?.level && standing.level / REQUEST;

describe("the use of a rate", () => {
  it("is not told to whoever is alone: it knows better", () => {
    expect(tell("a", 5)).toEqual({ share: 1 });
    now += 500;
    expect(tell("a", 5)).toEqual({ share: 1 });
    now += 60_000;
    expect(tell("a", 1)).toEqual({ share: 1 });
  });

  it("is what all have used, less what is forgiven since", () => {
    tell("a", 5);
    now += 200;
    expect(levelOf(tell("b", 4))).toBe(5 - 2 + 4);
    now += 300;
    expect(levelOf(tell("a", 1))).toBe(7 - 3 + 1);
  });

  it("begins with what the first to tell of it knows", () => {
    tell("a", 1, 15);
    expect(levelOf(tell("b", 1))).toBe(16);
  });

  it("is divided by demand, refused requests included", () => {
    tell("a", 5, 5, 30);
    expect(tell("b", 5, 5, 10)?.share).toBe(0.25);
    now += 500;
    expect(tell("a", 1, 1, 30)?.share).toBe(0.75);
  });

  it("is nobody else's once the others have been silent for a while", () => {
    tell("a", 5);
    tell("b", 5);
    now += 2_001;
    expect(tell("a", 1)).toMatchObject({ share: 1, level: expect.any(Number) as number });
    now += 500;
    expect(tell("a", 1)).toEqual({ share: 1 });
  });

  it("is made up for where it was too much, but for half a second at most", () => {
    tell("a", 21);
    expect(levelOf(tell("b", 21))).toBe(21 + 5 + 1);
    now += 500;
    expect(levelOf(tell("b", 0, 21, 1))).toBe(22);
  });

  it("is kept apart by key", () => {
    tell("a", 5);
    const other = { ...RATE, key: "other", passed: 1, asked: 1, level: REQUEST };
    expect(ledger.exchange({ isolate: "b", uses: [other], underway: [] }).standings).toEqual([{ share: 1 }]);
  });

  it("is divided among no more isolates than can be remembered", () => {
    for (let i = 0; i < 1_000; i++) tell(`isolate-${i}`, 1);
    expect(tell("last", 1)?.share).toBeCloseTo(1 / 257);
  });
});

describe("requests underway", () => {
  const hold = (isolate: string, count: number) =>
    ledger.exchange({ isolate, uses: [], underway: [{ key: "k", count }] }).underway[0];

  it("are those of the others", () => {
    expect(hold("a", 3)).toBe(0);
    expect(hold("b", 4)).toBe(3);
    expect(hold("a", 1)).toBe(4);
    expect(hold("c", 0)).toBe(5);
  });

  it("are forgotten where they are not told of again", () => {
    hold("a", 3);
    now += 30_000;
    expect(hold("b", 1)).toBe(3);
    now += 1;
    expect(hold("b", 1)).toBe(0);
  });
});
