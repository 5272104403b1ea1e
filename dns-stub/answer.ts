/** What is known of a question: a resolver's answer, or why there is none. */
import type { ResourceRecord } from "../worker/dns/wire/record.ts";
import type { ExtendedError } from "../worker/dns/wire/extended-error.ts";

export interface Answer {
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly authenticData: boolean;
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  readonly additionals: readonly ResourceRecord[];
  readonly errors: readonly ExtendedError[];
}

/** An answer without records. */
export function emptyAnswer(rcode: number, ...errors: readonly ExtendedError[]): Answer {
  return {
    rcode,
    authoritative: false,
    truncated: false,
    authenticData: false,
    answers: [],
    authorities: [],
    additionals: [],
    errors,
  };
}
