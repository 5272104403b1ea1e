import { describe, expect, it } from "vitest";
import { lifetimeOf } from "../../../dns-stub/cache/lifetime.ts";
import type { Message } from "../../../worker/dns/wire/message.ts";
import { a, cname, response, soa } from "../support/messages.ts";

describe("an answer is kept", () => {
  it.each<[string, Partial<Message>, number]>([
    ["for the smallest TTL", { answers: [a("a.", "10.0.0.1", 60), a("a.", "10.0.0.2", 30)] }, 30],
    ["for a day at most", { answers: [a("a.", "10.0.0.1", 900_000)] }, 86_400],
    ["not at all with a TTL of 0", { answers: [a("a.", "10.0.0.1", 0)] }, 0],
    [
      "with an alias, for the smallest of both",
      { answers: [cname("a.", "b.", 10), a("b.", "10.0.0.1", 60)] },
      10,
    ],
    [
      "without regard to records beside it",
      { answers: [a("a.", "10.0.0.1", 60)], additionals: [a("b.", "10.0.0.1", 1)] },
      60,
    ],
    ["with an alias that leads elsewhere", { answers: [cname("a.", "b.", 10)] }, 10],
    ["not at all when it is cut", { truncated: true, answers: [a("a.", "10.0.0.1", 60)] }, 0],
    ["NXDOMAIN, for the SOA record's minimum", { rcode: 3, authorities: [soa("z.", 60, 20)] }, 20],
    ["NXDOMAIN, for the SOA record's own TTL", { rcode: 3, authorities: [soa("z.", 10, 20)] }, 10],
    ["NODATA, likewise", { authorities: [soa("z.", 60, 20)] }, 20],
    [
      "NODATA behind an alias, for the smallest",
      { answers: [cname("a.", "b.", 5)], authorities: [soa("z.", 60, 20)] },
      5,
    ],
    ["negative ones for three hours at most", { rcode: 3, authorities: [soa("z.", 900_000)] }, 10_800],
    ["NXDOMAIN without SOA: not at all", { rcode: 3 }, 0],
    ["NXDOMAIN behind an alias without SOA: not at all", { rcode: 3, answers: [cname("a.", "b.", 5)] }, 0],
    ["NODATA without SOA: not at all", {}, 0],
    ["SERVFAIL: not at all", { rcode: 2, authorities: [soa("z.", 60)] }, 0],
    ["REFUSED: not at all", { rcode: 5, answers: [a("a.", "10.0.0.1", 60)] }, 0],
  ])("%s", (_, fields, expected) => {
    expect(lifetimeOf(response("a. A", fields), 1)).toBe(expected);
  });

  it("for ANY by whatever it has", () => {
    expect(
      lifetimeOf(response("a. A", { answers: [cname("a.", "b.", 5)], authorities: [soa("z.", 2)] }), 255),
    ).toBe(5);
  });
});
