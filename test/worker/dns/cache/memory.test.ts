import { describe, expect, it } from "vitest";
import { AnswerMemory } from "../../../../worker/dns/cache/memory.ts";
import { nameFromText } from "../../../../worker/dns/wire/name-text.ts";

function answer(octets: number) {
  const data = new Uint8Array(octets);
  const record = { name: nameFromText("a."), ttl: 1, type: "opaque", code: 99, class: 1, data } as const;
  const sections = { answers: [record], authorities: [], additionals: [] };
  return { resolution: { rcode: 0, authoritative: false, ...sections }, until: 1 };
}

describe("the budget", () => {
  it("is one of answers: those go that were used least recently", () => {
    const memory = new AnswerMemory();
    for (let i = 0; i < 4_096; i++) memory.set(`${i}`, answer(1));
    expect(memory.get("0")).toBeDefined();
    memory.set("new", answer(1));
    expect(memory.get("1")).toBeUndefined();
    expect(memory.get("0")).toBeDefined();
    expect(memory.get("new")).toBeDefined();
  });

  it("is one of octets, too", () => {
    const memory = new AnswerMemory();
    for (let i = 0; i < 40; i++) memory.set(`${i}`, answer(60_000));
    const kept = Array.from({ length: 40 }, (_, i) => memory.get(`${i}`)).filter(
      (found) => found !== undefined,
    );
    expect(kept).toHaveLength(34);
    expect(memory.get("39")).toBeDefined();
  });

  it("is given back by what is replaced", () => {
    const memory = new AnswerMemory();
    memory.set("small", answer(1));
    for (let i = 0; i < 100; i++) memory.set("large", answer(60_000));
    expect(memory.get("small")).toBeDefined();
  });
});
