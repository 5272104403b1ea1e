/** Extended DNS errors (RFC 8914): why an answer is as it is, for people. */
import { OPTION } from "../worker/dns/wire/codes.ts";
import type { EdnsOption } from "../worker/dns/wire/message.ts";

/** The codes that the stub gives itself (IANA, Extended DNS Error Codes). */
export const EDE = {
  OTHER: 0,
  STALE_ANSWER: 3,
  PROHIBITED: 18,
  STALE_NXDOMAIN: 19,
  NOT_SUPPORTED: 21,
  NETWORK_ERROR: 23,
  INVALID_DATA: 24,
} as const;

export interface ExtendedError {
  readonly code: number;
  readonly text: string;
}

/** OPT is kept in every message, so it must leave room in the smallest: few errors, and short texts. */
const MAX_ERRORS = 2;
const MAX_TEXT_OCTETS = 80;

export function extendedErrorOption({ code, text }: ExtendedError): EdnsOption {
  const octets = new TextEncoder().encode(text);
  const kept = octets.length > MAX_TEXT_OCTETS ? new Uint8Array() : octets;
  return { code: OPTION.EDE, data: Uint8Array.of(code >> 8, code & 0xff, ...kept) };
}

/** Those among a message's options; what is too short to be one is passed over. */
export function extendedErrorsIn(options: readonly EdnsOption[]): ExtendedError[] {
  return options
    .filter(({ code, data }) => code === OPTION.EDE && data.length >= 2)
    .slice(0, MAX_ERRORS)
    .map(({ data }) => ({
      code: ((data[0] ?? 0) << 8) | (data[1] ?? 0),
      // RFC 8914 2: the text may end in a zero octet.
      text: new TextDecoder().decode(data.subarray(2)).replace(/\0+$/, ""),
    }));
}
