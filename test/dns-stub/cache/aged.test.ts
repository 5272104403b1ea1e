import { expect, it } from "vitest";
import { aged, stale } from "../../../dns-stub/cache/aged.ts";
import { answerOf } from "../../../dns-stub/upstream/exchange.ts";
import type { Message } from "../../../worker/dns/wire/message.ts";
import type { Answer } from "../../../dns-stub/answer.ts";
import { a, response, soa } from "../support/messages.ts";

const answer = (fields: Partial<Message>) => answerOf(response("a. A", fields));
const ttls = ({ answers, authorities, additionals }: Answer) =>
  [answers, authorities, additionals].map((records) => records.map(({ ttl }) => ttl));

it("TTLs fall with age", () => {
  const { answers, additionals } = response("a. A", {
    answers: [a("a.", "10.0.0.1", 60), a("a.", "10.0.0.2", 61)],
    additionals: [a("b.", "10.0.0.3", 90)],
  });
  expect(ttls(aged(answer({ answers, additionals }), 20))).toEqual([[40, 41], [], [70]]);
  expect(ttls(aged(answer({ answers, additionals }), 0))).toEqual([[60, 61], [], [90]]);
});

it("records beside the answer go when they have run out", () => {
  const fields = {
    answers: [a("a.", "10.0.0.1", 60)],
    authorities: [soa("z.", 21)],
    additionals: [a("b.", "10.0.0.3", 20)],
  };
  expect(ttls(aged(answer(fields), 20))).toEqual([[40], [1], []]);
});

it.each([
  [0, 3],
  [3, 19],
])(
  "what has run out is given for half a minute, and says so (RFC 8767, RFC 8914): rcode %d",
  (rcode, code) => {
    const late = stale(answer({ rcode, answers: [a("a.", "10.0.0.1", 60)], authorities: [soa("z.", 1)] }));
    expect(ttls(late)).toEqual([[30], [30], []]);
    expect(late.errors).toMatchObject([{ code }]);
  },
);
