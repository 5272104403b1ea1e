/** Section `zones` of a snapshot: what DNS needs besides Services. */
import { rrtypeSchema, secondsSchema, zoneNameSchema } from "./dns-config.ts";
import * as z from "./schema.ts";

/** RRsets of one owner by type. `data` is RDATA in uncompressed wire form, base64. */
export const rrsetSchema = z.strictObject({
  type: rrtypeSchema,
  ttl: secondsSchema,
  data: z.array(z.base64()).check(z.minLength(1)),
});

/** Text of a name in a record: absolute, lower case, without the dot at its end; other octets as `\DDD`. */
const ownerName = z.string();

/** Under `file/<zone>`: a zone as RFC 1035 has it. */
export const fileZoneSchema = z.strictObject({
  kind: z.literal("file"),
  /** The object and its key that the zone was read from, for people. */
  source: z.string(),
  /** Owners that have records; those between them and the apex exist without. */
  names: z.record(ownerName, z.array(rrsetSchema)),
});

/** Under `hosts/<digest>`: a hosts table. Addresses in canonical text, in the table's order. */
export const hostsTableSchema = z.strictObject({
  kind: z.literal("hosts"),
  names: z.record(ownerName, z.array(z.string()).check(z.minLength(1))),
  /** Canonical address to its names. */
  addresses: z.record(z.string(), z.array(ownerName).check(z.minLength(1))),
});

const publishedPort = z.strictObject({
  /** As in SRV: `_https._tcp`, without underscores. */
  name: z.string(),
  protocol: z.string(),
  port: z.int().check(z.minimum(1), z.maximum(65_535)),
});

/** Under `published/<name>`: a name that an Ingress or a Service publishes, or one on the way there, which is empty. */
export const publishedNameSchema = z.strictObject({
  kind: z.literal("published"),
  /** Whoever publishes it, `Ingress shop/web`; sorted. */
  by: z.array(z.string()),
  /** For views that see some namespaces only: those that publish it; sorted. */
  namespaces: z.array(z.string()),
  addresses: z.array(z.string()),
  /** Where it is an alias, it has no addresses. */
  alias: z.optional(z.string()),
  ttl: z.optional(secondsSchema),
  /** The name has an HTTPS record with these protocols (RFC 9460): it is a host that the edge serves. */
  alpn: z.optional(z.array(z.string())),
  ports: z.array(publishedPort),
});

/** Under `pointers/<canonical address>`: reverse DNS of published addresses. */
export const publishedPointerSchema = z.strictObject({
  kind: z.literal("pointer"),
  names: z.array(z.strictObject({ name: ownerName, namespaces: z.array(z.string()) })).check(z.minLength(1)),
});

/** Under `token/<SHA-256 in hexadecimal>`: who shows it. */
export const dnsTokenSchema = z.strictObject({
  kind: z.literal("token"),
  /** For metrics and logs. */
  name: z.string(),
  view: z.string(),
  /** Queries a second. */
  perSecond: z.optional(z.int().check(z.minimum(1))),
});

/** Under `view/<name>`: what somebody may see. */
export const dnsViewSchema = z.strictObject({
  kind: z.literal("view"),
  /** Of the cluster; all where absent, none where empty. */
  namespaces: z.optional(z.array(z.string())),
  /** Those that are answered at all; all where absent. */
  zones: z.optional(z.array(zoneNameSchema)),
  forward: z.boolean(),
  /** Domains that short names are looked up in, and how many dots make a name that is first tried as it is. */
  search: z.array(zoneNameSchema),
  ndots: z.int().check(z.minimum(0), z.maximum(15)),
  /** Queries a second, of each who has it, where the token says nothing. */
  perSecond: z.optional(z.int().check(z.minimum(1))),
});

/** Under `namespace/<name>`: that a namespace exists. */
const namespaceRecordSchema = z.strictObject({ kind: z.literal("namespace") });

/** Section `zones`: DNS data besides Services. */
export const zoneRecordSchema = z.discriminatedUnion("kind", [
  namespaceRecordSchema,
  fileZoneSchema,
  hostsTableSchema,
  publishedNameSchema,
  publishedPointerSchema,
  dnsTokenSchema,
  dnsViewSchema,
]);

/** Keys of section `zones`. */
export const zoneKeys = {
  namespace: (name: string) => `namespace/${name}`,
  file: (zone: string) => `file/${zone}`,
  hosts: (digest: string) => `hosts/${digest}`,
  published: (name: string) => `published/${name}`,
  pointer: (address: string) => `pointers/${address}`,
  /** @param digest the token's SHA-256, in hexadecimal */
  token: (digest: string) => `token/${digest}`,
  view: (name: string) => `view/${name}`,
} as const;

/** The view of those whom nothing else lets in: everybody. It never includes the cluster unless it names it. */
export const PUBLIC_VIEW = "public";

export type Rrset = z.output<typeof rrsetSchema>;
export type FileZone = z.output<typeof fileZoneSchema>;
export type HostsTable = z.output<typeof hostsTableSchema>;
export type PublishedName = z.output<typeof publishedNameSchema>;
export type DnsToken = z.output<typeof dnsTokenSchema>;
export type DnsView = z.output<typeof dnsViewSchema>;
