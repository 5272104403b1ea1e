import { RCODE, TYPE } from "../../worker/dns/wire/codes.ts";
import type { Message } from "../../worker/dns/wire/message.ts";
import type { ResourceRecord } from "../../worker/dns/wire/record.ts";
import { MAX_NEGATIVE_SECONDS, MAX_POSITIVE_SECONDS } from "../limits.ts";

/**
 * For how many seconds a resolver's message may be kept: the smallest TTL of its answer, and of a negative one (no such
 * name, or no such type at the end of its aliases) what the SOA record says (RFC 2308 5). 0: not at all, as failures,
 * refusals, cut messages, and negative ones without SOA.
 */
export function lifetimeOf({ rcode, truncated, answers, authorities }: Message, type: number): number {
  if (truncated || (rcode !== RCODE.NOERROR && rcode !== RCODE.NXDOMAIN)) return 0;
  const positive = answers.reduce((least, { ttl }) => Math.min(least, ttl), MAX_POSITIVE_SECONDS);
  const isNegative = rcode === RCODE.NXDOMAIN || !answers.some((record) => isOfType(record, type));
  if (!isNegative) return positive;
  const soa = authorities.find((record) => record.type === "SOA");
  if (soa !== undefined) return Math.min(positive, soa.ttl, soa.minimum, MAX_NEGATIVE_SECONDS);
  // An alias that leads out of what the resolver answers is an answer all the same.
  return rcode === RCODE.NOERROR && answers.length > 0 ? positive : 0;
}

function isOfType(record: ResourceRecord, type: number): boolean {
  return type === TYPE.ANY || (record.type === "opaque" ? record.code : TYPE[record.type]) === type;
}
