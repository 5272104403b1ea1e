import type { Resolution, Resolver } from "./resolver.ts";
import { EXTENDED_ERROR, RCODE } from "./wire/codes.ts";

const REFUSAL: Resolution = {
  rcode: RCODE.REFUSED,
  authoritative: false,
  answers: [],
  authorities: [],
  additionals: [],
  extendedError: { code: EXTENDED_ERROR.NOT_AUTHORITATIVE },
};

/** @param cause for the log */
export function failure(cause: string): Resolution {
  return { ...REFUSAL, rcode: RCODE.SERVFAIL, cause };
}

const FAILURE = failure("no plugin answers for the name");

/** The end of a server block that a Corefile configures: CoreDNS fails where no plugin is left. */
export const fail: Resolver = () => FAILURE;

/** The end of the chain: names of zones that nobody here is authoritative for (RFC 1035 4.1.1). */
export const refuse: Resolver = () => REFUSAL;
