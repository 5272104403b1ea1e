import { describe, expect, it } from "vitest";
import { Turn } from "../../../../../worker/ingress/filters/access/turn.ts";

/** @param waits what happens while somebody waits */
function turnOf(waits: (time: number) => void = () => undefined) {
  let time = 0;
  const turn = new Turn({
    now: () => time,
    delay: (ms) => {
      time += ms;
      waits(time);
      return Promise.resolve();
    },
  });
  return { turn, at: () => time, pass: (ms: number) => void (time += ms) };
}

describe("a turn", () => {
  it("comes at once where nobody has it", async () => {
    const { turn, at } = turnOf();
    const end = await turn.take();
    end?.();
    expect(await turn.take()).toBeDefined();
    expect(at()).toBe(0);
  });

  it("comes when the one before ends", async () => {
    const ends: ((() => void) | undefined)[] = [];
    const { turn, at } = turnOf((time) => {
      if (time >= 100) ends.pop()?.();
    });
    ends.push(await turn.take());
    expect(await turn.take()).toBeDefined();
    expect(at()).toBe(100);
  });

  it("does not come for ever where the one before does not end", async () => {
    const { turn, at } = turnOf();
    await turn.take();
    expect(await turn.take()).toBeUndefined();
    expect(at()).toBe(15_000);
  });

  it("comes once the one before must have died, whose end then ends nothing", async () => {
    const { turn, pass } = turnOf();
    const dead = await turn.take();
    pass(30_000);
    expect(await turn.take()).toBeDefined();
    dead?.();
    expect(await turn.take()).toBeUndefined();
  });
});
