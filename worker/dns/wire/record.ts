import type { CLASS, TYPE } from "./codes.ts";
import type { Name } from "./name.ts";

interface Common {
  readonly name: Name;
  /** Seconds, below 2^31 (RFC 2181 8). */
  readonly ttl: number;
}

/** `address` is dotted quads for A and RFC 5952 text for AAAA, as contract/address.ts has them. */
export interface AddressRecord extends Common {
  readonly type: "A" | "AAAA";
  readonly address: string;
}

/** A record that points to another name. */
export interface TargetRecord extends Common {
  readonly type: "NS" | "CNAME" | "PTR";
  readonly target: Name;
}

export interface SoaRecord extends Common {
  readonly type: "SOA";
  readonly primary: Name;
  readonly mailbox: Name;
  readonly serial: number;
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  /** The TTL of negative answers (RFC 2308 4). */
  readonly minimum: number;
}

/** RFC 2782. */
export interface SrvRecord extends Common {
  readonly type: "SRV";
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: Name;
}

interface TxtRecord extends Common {
  readonly type: "TXT";
  /** At least one, each at most 255 octets. */
  readonly strings: readonly Uint8Array[];
}

/**
 * A record whose data is not looked into (RFC 3597): any other type, and every type of a class other than IN. Names in
 * the data stand in full, so that it fits into any message.
 */
interface OpaqueRecord extends Common {
  readonly type: "opaque";
  readonly code: number;
  readonly class: number;
  readonly data: Uint8Array;
}

/** A resource record; all but opaque ones are of class IN. OPT is not here but in Message.edns. */
export type ResourceRecord = AddressRecord | TargetRecord | SoaRecord | SrvRecord | TxtRecord | OpaqueRecord;

export interface Question {
  readonly name: Name;
  /** See TYPE; any number from 0 to 65,535. */
  readonly type: (typeof TYPE)[keyof typeof TYPE] | (number & {});
  /** See CLASS. */
  readonly class: (typeof CLASS)[keyof typeof CLASS] | (number & {});
}
