/** Extended DNS errors (RFC 8914): why an answer is as it is, for people. */
import { OPTION } from "./codes.ts";
import type { EdnsOption } from "./message.ts";

export interface ExtendedError {
  readonly code: number;
  /** Absent where the code says it all. */
  readonly text?: string | undefined;
}

/** OPT is kept in every message, so it must leave room in the smallest: few errors, and short texts. */
const MAX_ERRORS = 2;
const MAX_TEXT_OCTETS = 80;

export function extendedErrorOption({ code, text = "" }: ExtendedError): EdnsOption {
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
