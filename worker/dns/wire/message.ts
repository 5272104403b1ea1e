import type { Question, ResourceRecord } from "./record.ts";

/** The length of the fixed header that begins every message (RFC 1035 4.1.1). */
export const HEADER_OCTETS = 12;

/** Over TCP and HTTP a message is at most this long. */
export const MAX_MESSAGE_OCTETS = 65_535;

export interface EdnsOption {
  readonly code: number;
  readonly data: Uint8Array;
}

/** The OPT pseudo record (RFC 6891 6.1); the upper bits of the response code are in Message.rcode. */
export interface Edns {
  /** The largest message, in octets, that the sender can take over UDP. */
  readonly payloadSize: number;
  readonly version: number;
  readonly dnssecOk: boolean;
  readonly options: readonly EdnsOption[];
}

export interface Message {
  readonly id: number;
  readonly response: boolean;
  readonly opcode: number;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionDesired: boolean;
  readonly recursionAvailable: boolean;
  readonly authenticData: boolean;
  readonly checkingDisabled: boolean;
  /** 0 to 4095; over 15 only with `edns`. */
  readonly rcode: number;
  readonly questions: readonly Question[];
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  readonly additionals: readonly ResourceRecord[];
  readonly edns: Edns | undefined;
}
