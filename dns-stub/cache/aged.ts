import type { ResourceRecord } from "../../worker/dns/wire/record.ts";
import type { Answer } from "../answer.ts";
import { STALE_TTL_SECONDS } from "../limits.ts";
import { EXTENDED_ERROR, RCODE } from "../../worker/dns/wire/codes.ts";

/** An answer some seconds later. Records beside it that have run out by themselves are left out. */
export function aged(answer: Answer, seconds: number): Answer {
  if (seconds === 0) return answer;
  const left = (records: readonly ResourceRecord[]) =>
    records.map((record) => ({ ...record, ttl: Math.max(record.ttl - seconds, 0) }));
  const lasting = (records: readonly ResourceRecord[]) => records.filter(({ ttl }) => ttl > seconds);
  return {
    ...answer,
    answers: left(answer.answers),
    authorities: left(lasting(answer.authorities)),
    additionals: left(lasting(answer.additionals)),
  };
}

/** An answer that has run out, for want of a newer one (RFC 8767 4). */
export function stale(answer: Answer): Answer {
  const short = (records: readonly ResourceRecord[]) =>
    records.map((record) => ({ ...record, ttl: STALE_TTL_SECONDS }));
  const code = answer.rcode === RCODE.NXDOMAIN ? EXTENDED_ERROR.STALE_NXDOMAIN : EXTENDED_ERROR.STALE_ANSWER;
  return {
    ...answer,
    answers: short(answer.answers),
    authorities: short(answer.authorities),
    additionals: short(answer.additionals),
    errors: [{ code, text: "no newer answer could be had" }],
  };
}
