import type { Resolution, Resolver } from "./resolver.ts";
import { RCODE } from "./wire/codes.ts";

const REFUSAL: Resolution = {
  rcode: RCODE.REFUSED,
  authoritative: false,
  answers: [],
  authorities: [],
  additionals: [],
};

/** The end of the chain: names of zones that nobody here is authoritative for (RFC 1035 4.1.1). */
export const refuse: Resolver = () => REFUSAL;
