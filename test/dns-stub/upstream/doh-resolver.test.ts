import { beforeEach, describe, expect, it } from "vitest";
import { DohResolver, type Exchanger } from "../../../dns-stub/upstream/doh-resolver.ts";
import { UpstreamError } from "../../../dns-stub/upstream/error.ts";

const received = { octets: new Uint8Array(), age: 0 };
const unreachable = new UpstreamError("unreachable", "doh.test cannot be reached", "gone");
const failing = new UpstreamError("failing", "doh.test has a failure", "HTTP 500");

let clock: number;
/** What happens, in order. */
let events: string[];
/** What each connection does, in order; the last goes on. */
let plan: (UpstreamError | "answers" | "hangs")[][];
beforeEach(() => {
  clock = 0;
  events = [];
  plan = [["answers"]];
});

let made = 0;
function connect(): Exchanger {
  const number = ++made;
  const acts = plan.length > 1 ? (plan.shift() ?? []) : (plan[0] ?? []);
  return {
    async exchange(_, timeoutMs) {
      const act = acts.length > 1 ? acts.shift() : acts[0];
      events.push(`${number}:${act instanceof Error ? act.problem : act}`);
      if (act === "hangs") {
        clock += timeoutMs;
        throw unreachable;
      }
      if (act instanceof Error) throw act;
      return received;
    },
    retire: () => void events.push(`${number}:retired`),
    destroy: async () => void events.push(`${number}:destroyed`),
  };
}

function resolver(): DohResolver {
  made = 0;
  return new DohResolver({
    host: "doh.test",
    connect,
    now: () => clock,
    health: {
      failed: (host, { message }) => events.push(`log: ${host} fails: ${message}`),
      recovered: (host) => events.push(`log: ${host} answers`),
    },
  });
}
const ask = (to: DohResolver, deadline = clock + 4_500) =>
  to.exchange(new Uint8Array(), deadline).then(
    () => "answered",
    (error: unknown) => (error as UpstreamError).problem,
  );

describe("a connection", () => {
  it("is kept", async () => {
    const doh = resolver();
    await ask(doh);
    await ask(doh);
    expect(events).toEqual(["1:answers", "1:answers"]);
    await doh.close();
    expect(events.at(-1)).toBe("1:destroyed");
  });

  it("that fails is replaced, and the question asked once more", async () => {
    plan = [["answers", unreachable], ["answers"]];
    const doh = resolver();
    await ask(doh);
    expect(await ask(doh)).toBe("answered");
    expect(events).toEqual(["1:answers", "1:unreachable", "1:retired", "2:answers"]);
  });

  it("is replaced once, however many questions it fails", async () => {
    plan = [["answers", unreachable], ["answers"]];
    const doh = resolver();
    await ask(doh);
    await Promise.all([ask(doh), ask(doh), ask(doh)]);
    expect(events.filter((event) => event.endsWith("retired"))).toEqual(["1:retired"]);
    expect(made).toBe(2);
  });

  it("is not replaced for an answer over HTTP, which another would bring too", async () => {
    plan = [[failing]];
    expect(await ask(resolver())).toBe("failing");
    expect(events).toEqual(["1:failing", "log: doh.test fails: doh.test has a failure: HTTP 500"]);
  });

  it("that hangs leaves time for another", async () => {
    plan = [["hangs"], ["answers"]];
    expect(await ask(resolver())).toBe("answered");
    expect(clock).toBe(2_000);
  });

  it("is the last one at the deadline", async () => {
    plan = [["hangs"], ["answers"]];
    expect(await ask(resolver(), 1_500)).toBe("unreachable");
    expect(events.filter((event) => event.startsWith("2:"))).toEqual([]);
  });
});

it("that is closed opens no connection any more, for what was under way neither", async () => {
  const cut = Promise.withResolvers<never>();
  let connections = 0;
  const doh = new DohResolver({
    host: "doh.test",
    connect: () => {
      connections++;
      return {
        exchange: () => cut.promise,
        retire: () => undefined,
        destroy: async () => cut.reject(unreachable),
      };
    },
    now: () => clock,
    health: { failed: () => undefined, recovered: () => undefined },
  });
  const underWay = ask(doh);
  await doh.close();
  expect(await underWay).toBe("unreachable");
  expect(await ask(doh)).toBe("unreachable");
  expect(connections).toBe(1);
});

describe("a resolver that fails", () => {
  it("rests for longer each time, up to a bound, and is reported once", async () => {
    plan = [[unreachable]];
    const doh = resolver();
    const rests: number[] = [];
    for (let i = 0; i < 5; i++) {
      await ask(doh);
      const begun = clock;
      while (doh.isResting) clock += 100;
      rests.push(clock - begun);
    }
    expect(rests).toEqual([1_000, 2_000, 4_000, 5_000, 5_000]);
    expect(events.filter((event) => event.startsWith("log"))).toEqual([
      "log: doh.test fails: doh.test cannot be reached: gone",
    ]);
  });

  it("for questions that fail together rests once", async () => {
    plan = [[unreachable]];
    const doh = resolver();
    await Promise.all([ask(doh), ask(doh), ask(doh)]);
    clock += 1_000;
    expect(doh.isResting).toBe(false);
  });

  it("is reported when it answers again", async () => {
    plan = [[unreachable], [unreachable], ["answers"]];
    const doh = resolver();
    await ask(doh);
    expect(doh.failure?.problem).toBe("unreachable");
    clock += 1_000;
    await ask(doh);
    expect([doh.failure, doh.isResting]).toEqual([undefined, false]);
    expect(events.at(-1)).toBe("log: doh.test answers");
  });

  it("is not taken for failing while it answers others: then it is the question", async () => {
    const slow = Promise.withResolvers<never>();
    const doh = new DohResolver({
      host: "doh.test",
      connect: () => ({
        exchange: async (query) => (query.length === 0 ? received : slow.promise),
        retire: () => undefined,
        destroy: async () => undefined,
      }),
      now: () => clock,
      health: { failed: () => undefined, recovered: () => undefined },
    });
    const slowOne = doh.exchange(Uint8Array.of(1), 4_500).catch(() => "failed");
    clock += 1;
    await ask(doh);
    clock += 5_000;
    slow.reject(unreachable);
    expect(await slowOne).toBe("failed");
    expect(doh.failure).toBeUndefined();
  });
});
