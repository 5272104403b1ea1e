import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Answer } from "../../dns-stub/answer.ts";
import { AnswerCache } from "../../dns-stub/cache/answer-cache.ts";
import { MAX_EXCHANGES } from "../../dns-stub/limits.ts";
import type { AskedQuestion } from "../../dns-stub/question.ts";
import { createResolve } from "../../dns-stub/resolve.ts";
import { UpstreamError } from "../../dns-stub/upstream/error.ts";
import type { Message } from "../../worker/dns/wire/message.ts";
import { recordText } from "../worker/dns/support/zone-text.ts";
import { a, asked, encode, responseTo, soa } from "./support/messages.ts";

type Step = Partial<Message> | UpstreamError | "garbage" | Promise<Partial<Message>>;

const unreachable = new UpstreamError("unreachable", "doh.test cannot be reached", "gone");
const prohibited = new UpstreamError("prohibited", "doh.test does not let us ask", "HTTP 401");
const yes = (address: string, ttl = 10): Partial<Message> => ({ answers: [a("a.", address, ttl)] });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A stub whose resolver answers step by step; the last goes on. */
function stub(steps: Step[], age = 0) {
  let exchanges = 0;
  const health = { isFailing: false };
  const cache = new AnswerCache({
    maxEntries: 100,
    maxOctets: 1e6,
    staleSeconds: 1_000,
    now: () => Date.now(),
  });
  async function exchange(query: Uint8Array) {
    exchanges++;
    const step = await (steps.length > 1 ? steps.shift() : steps[0]);
    if (step instanceof Error) throw step;
    if (step === "garbage" || step === undefined) return { octets: Uint8Array.of(1), age };
    return { octets: encode(responseTo(query, step)), age };
  }
  const resolve = createResolve(
    {
      exchange,
      get isFailing() {
        return health.isFailing;
      },
    },
    cache,
  );
  const ask = (question: AskedQuestion = asked("a. A")) => resolve(question);
  return { ask, exchanges: () => exchanges, health };
}

function text({ rcode, answers, errors }: Answer): string {
  return [rcode, ...answers.map(recordText), ...errors.map(({ code }) => `EDE ${code}`)].join(" | ");
}

describe("answers", () => {
  it("come from the cache while they last, with what is left of their TTL", async () => {
    const { ask, exchanges } = stub([yes("10.0.0.1"), yes("10.0.0.2")]);
    expect(text(await ask())).toBe("0 | a. 10 A 10.0.0.1");
    vi.advanceTimersByTime(4_000);
    expect(text(await ask())).toBe("0 | a. 6 A 10.0.0.1");
    vi.advanceTimersByTime(6_000);
    expect(text(await ask())).toBe("0 | a. 10 A 10.0.0.2");
    expect(exchanges()).toBe(2);
  });

  it("negative ones too", async () => {
    const { ask, exchanges } = stub([{ rcode: 3, authorities: [soa("z.", 5)] }]);
    expect((await ask()).rcode).toBe(3);
    vi.advanceTimersByTime(2_000);
    expect((await ask()).authorities).toMatchObject([{ ttl: 3 }]);
    expect(exchanges()).toBe(1);
  });

  it("count the time that they spent in HTTP caches (RFC 8484 5.1)", async () => {
    const { ask, exchanges } = stub([yes("10.0.0.1")], 7);
    expect(text(await ask())).toBe("0 | a. 3 A 10.0.0.1");
    vi.advanceTimersByTime(2_000);
    expect(text(await ask())).toBe("0 | a. 1 A 10.0.0.1");
    vi.advanceTimersByTime(1_000);
    await ask();
    expect(exchanges()).toBe(2);
  });

  it("are for one question: type, DO, CD and RD make it another", async () => {
    const { ask, exchanges } = stub([yes("10.0.0.1")]);
    for (const fields of [{}, { dnssecOk: true }, { checkingDisabled: true }, { recursionDesired: false }]) {
      await ask(asked("a. A", fields));
    }
    await ask(asked("a. AAAA"));
    expect(exchanges()).toBe(5);
  });

  it.each([[5], [4], [1]])("refusals (%d) pass through, and are not kept", async (rcode) => {
    const { ask, exchanges } = stub([{ rcode }]);
    expect(text(await ask())).toBe(String(rcode));
    await ask();
    expect(exchanges()).toBe(2);
  });
});

describe("who asks the same at the same time", () => {
  it("waits for one exchange", async () => {
    const answer = Promise.withResolvers<Partial<Message>>();
    const { ask, exchanges } = stub([answer.promise]);
    const asking = Array.from({ length: 20 }, () => ask());
    const other = ask(asked("a. AAAA"));
    answer.resolve(yes("10.0.0.1", 0));
    expect(new Set((await Promise.all(asking)).map(text))).toEqual(new Set(["0 | a. 0 A 10.0.0.1"]));
    await other;
    expect(exchanges()).toBe(2);
    await ask();
    expect(exchanges()).toBe(3);
  });

  it("fails together, and asks anew after", async () => {
    const { ask, exchanges } = stub([unreachable, yes("10.0.0.1")]);
    expect((await Promise.all([ask(), ask()])).map(text)).toEqual(["2 | EDE 23", "2 | EDE 23"]);
    expect(text(await ask())).toBe("0 | a. 10 A 10.0.0.1");
    expect(exchanges()).toBe(2);
  });

  it("is told at once when too much is under way", async () => {
    const answer = Promise.withResolvers<Partial<Message>>();
    const { ask } = stub([answer.promise]);
    const asking = Array.from({ length: MAX_EXCHANGES }, (_, i) => ask(asked(`n${i}. A`)));
    expect(text(await ask(asked("one-more. A")))).toBe("2 | EDE 0");
    answer.resolve({ rcode: 3 });
    expect(new Set((await Promise.all(asking)).map(text))).toEqual(new Set(["3"]));
  });
});

describe("without an answer", () => {
  it.each<[string, Step, string]>([
    ["no connection", unreachable, "2 | EDE 23"],
    ["a failure of the resolver", new UpstreamError("failing", "x"), "2 | EDE 0"],
    ["no permission", prohibited, "2 | EDE 18"],
    ["no DoH resolver", new UpstreamError("unusable", "x"), "2 | EDE 24"],
    ["octets that are no message", "garbage", "2 | EDE 24"],
    ["a response to something else", { questions: [] }, "2 | EDE 24"],
    ["its own SERVFAIL", { rcode: 2 }, "2"],
  ])("it is SERVFAIL, and why: %s", async (_, step, expected) => {
    expect(text(await stub([step]).ask())).toBe(expected);
  });
});

describe("an answer that has run out stands in (RFC 8767)", () => {
  const STALE = "0 | a. 30 A 10.0.0.1 | EDE 3";

  async function after(next: Step): Promise<string> {
    const { ask } = stub([yes("10.0.0.1"), next]);
    await ask();
    vi.advanceTimersByTime(60_000);
    const answer = ask();
    await vi.advanceTimersByTimeAsync(1_800);
    return text(await answer);
  }

  it.each<[string, Step, string]>([
    ["when no resolver can be reached", unreachable, STALE],
    ["when the resolver fails", { rcode: 2 }, STALE],
    ["when it answers nonsense", "garbage", STALE],
    ["when nothing has come for 1.8 seconds", Promise.withResolvers<Partial<Message>>().promise, STALE],
    ["not when there is a newer one", yes("10.0.0.2"), "0 | a. 10 A 10.0.0.2"],
    ["not when the name is gone", { rcode: 3, authorities: [soa("z.")] }, "3"],
    ["not when the resolver refuses", { rcode: 5 }, "5"],
    ["not when we may not ask any more", prohibited, "2 | EDE 18"],
  ])("%s", async (_, next, expected) => {
    expect(await after(next)).toBe(expected);
  });

  it("and what comes too late is there for the next", async () => {
    const late = Promise.withResolvers<Partial<Message>>();
    const { ask, exchanges } = stub([yes("10.0.0.1"), late.promise]);
    await ask();
    vi.advanceTimersByTime(60_000);
    const answer = ask();
    await vi.advanceTimersByTimeAsync(1_800);
    expect(text(await answer)).toBe(STALE);
    late.resolve(yes("10.0.0.2"));
    await vi.advanceTimersByTimeAsync(0);
    expect(text(await ask())).toBe("0 | a. 10 A 10.0.0.2");
    expect(exchanges()).toBe(2);
  });

  it("soon, where the resolver is known to fail", async () => {
    const { ask, health } = stub([yes("10.0.0.1"), Promise.withResolvers<Partial<Message>>().promise]);
    await ask();
    vi.advanceTimersByTime(60_000);
    health.isFailing = true;
    const answer = ask();
    await vi.advanceTimersByTimeAsync(100);
    expect(text(await answer)).toBe(STALE);
  });

  it("not once a refusal has taken its place", async () => {
    const { ask } = stub([yes("10.0.0.1"), { rcode: 5 }, unreachable]);
    await ask();
    vi.advanceTimersByTime(60_000);
    await ask();
    expect(text(await ask())).toBe("2 | EDE 23");
  });

  it("not for ever", async () => {
    const { ask } = stub([yes("10.0.0.1"), unreachable]);
    await ask();
    vi.advanceTimersByTime(1_010_000);
    expect(text(await ask())).toBe("2 | EDE 23");
  });
});
