/** Random values of the wire format, for property tests. */
import fc from "fast-check";
import { SHAPED_CODES } from "../../../../worker/dns/wire/expand-data.ts";
import type { EdnsOption, Message } from "../../../../worker/dns/wire/message.ts";
import { Name } from "../../../../worker/dns/wire/name.ts";
import type { Question, ResourceRecord } from "../../../../worker/dns/wire/record.ts";
import { canonicalAddress } from "../../../../contract/index.ts";

const uint16 = fc.integer({ min: 0, max: 0xffff });
const uint32 = fc.integer({ min: 0, max: 0xffffffff });
const ttl = fc.integer({ min: 0, max: 0x7fffffff });

/** Labels of any octets, as Latin-1 texts; few different ones, so that names share suffixes. */
const anyLabel = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("web", "shop", "svc", "SVC", "cluster", "local", "_http", "a.b") },
  {
    weight: 1,
    arbitrary: fc
      .uint8Array({ minLength: 1, maxLength: 63 })
      .map((octets) => Array.from(octets, (octet) => String.fromCharCode(octet)).join("")),
  },
);

/** Labels as hostnames have them. */
const hostLabel = fc.oneof(
  fc.constantFrom("web", "shop", "svc", "SVC", "cluster", "local", "_http", "_tcp"),
  fc.stringMatching(/^[a-z0-9_]{1,20}$/),
  fc.constant("x".repeat(63)),
);

function nameOf(label: fc.Arbitrary<string>): fc.Arbitrary<Name> {
  return fc.array(label, { maxLength: 8 }).map((labels) => {
    let length = 1;
    const fitting = labels.filter((text) => (length += 1 + text.length) <= 255);
    return Name.under(Name.root, ...fitting);
  });
}

export const anyName = nameOf(anyLabel);
export const hostName = nameOf(hostLabel);

export const ipv4 = fc
  .tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255))
  .map((octets) => octets.join("."));

/** In canonical text, and none that stands for an IPv4 address. */
export const ipv6 = fc
  .array(fc.oneof(fc.constant(0), uint16), { minLength: 8, maxLength: 8 })
  .map((groups) => canonicalAddress(groups.map((group) => group.toString(16)).join(":")) ?? "::")
  .filter((address) => address.includes(":"));

export interface RecordOptions {
  readonly name: fc.Arbitrary<Name>;
  /** Whether to make records of types that are not looked into. */
  readonly opaque: boolean;
}

/** Codes of types that are looked into in class IN, and of OPT. */
const KNOWN_CODES = new Set([1, 2, 5, 6, 12, 16, 28, 33, 41, ...SHAPED_CODES]);

function recordOf({ name, opaque }: RecordOptions): fc.Arbitrary<ResourceRecord> {
  const common = { name, ttl };
  const strings = fc.array(fc.uint8Array({ maxLength: 255 }), { minLength: 1, maxLength: 3 });
  const known: fc.Arbitrary<ResourceRecord>[] = [
    fc.record({ ...common, type: fc.constant("A" as const), address: ipv4 }),
    fc.record({ ...common, type: fc.constant("AAAA" as const), address: ipv6 }),
    fc.record({
      ...common,
      type: fc.constantFrom("NS" as const, "CNAME" as const, "PTR" as const),
      target: name,
    }),
    fc.record({
      ...common,
      type: fc.constant("SRV" as const),
      priority: uint16,
      weight: uint16,
      port: uint16,
      target: name,
    }),
    fc.record({ ...common, type: fc.constant("TXT" as const), strings }),
    fc.record({
      ...common,
      type: fc.constant("SOA" as const),
      primary: name,
      mailbox: name,
      serial: uint32,
      refresh: uint32,
      retry: uint32,
      expire: uint32,
      minimum: uint32,
    }),
  ];
  if (!opaque) return fc.oneof(...known);
  const unknown = fc.record({
    ...common,
    type: fc.constant("opaque" as const),
    code: uint16.filter((code) => !KNOWN_CODES.has(code)),
    class: uint16,
    data: fc.uint8Array({ maxLength: 40 }),
  });
  return fc.oneof(...known, unknown);
}

const option: fc.Arbitrary<EdnsOption> = fc.record({
  code: uint16,
  data: fc.uint8Array({ maxLength: 20 }),
});

const edns = fc.record({
  payloadSize: uint16,
  version: fc.nat(255),
  dnssecOk: fc.boolean(),
  options: fc.array(option, { maxLength: 3 }),
});

export function messageOf(options: RecordOptions): fc.Arbitrary<Message> {
  const question: fc.Arbitrary<Question> = fc.record({ name: options.name, type: uint16, class: uint16 });
  const records = fc.array(recordOf(options), { maxLength: 5 });
  return fc
    .record({
      id: uint16,
      response: fc.boolean(),
      opcode: fc.nat(15),
      authoritative: fc.boolean(),
      truncated: fc.boolean(),
      recursionDesired: fc.boolean(),
      recursionAvailable: fc.boolean(),
      authenticData: fc.boolean(),
      checkingDisabled: fc.boolean(),
      rcode: fc.nat(0xfff),
      questions: fc.array(question, { maxLength: 3 }),
      answers: records,
      authorities: records,
      additionals: records,
      edns: fc.option(edns, { nil: undefined }),
    })
    .map((message) => (message.edns === undefined ? { ...message, rcode: message.rcode & 0xf } : message));
}
