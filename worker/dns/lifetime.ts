import { RCODE } from "./wire/codes.ts";
import type { Message } from "./wire/message.ts";

/**
 * For how many seconds an answer may be cached: the smallest TTL of its answer section (RFC 8484 5.1), for a negative
 * answer what the SOA record says (RFC 2308 5). 0 for failures and refusals.
 */
export function lifetimeOf({
  rcode,
  answers,
  authorities,
}: Pick<Message, "rcode" | "answers" | "authorities">): number {
  if (rcode !== RCODE.NOERROR && rcode !== RCODE.NXDOMAIN) return 0;
  if (answers.length > 0) {
    let least = Infinity;
    for (const { ttl } of answers) if (ttl < least) least = ttl;
    return least;
  }
  const soa = authorities.find((record) => record.type === "SOA");
  return soa === undefined ? 0 : Math.min(soa.ttl, soa.minimum);
}
