import { digestSchema } from "./digest.ts";
import { dnsSettingsSchema } from "./dns-config.ts";
import { clusterNameSchema } from "./names.ts";
import * as z from "./schema.ts";
import { CONTRACT_VERSION } from "./version.ts";

/** The most characters of a hold's reason. */
export const MAX_REASON = 500;

const isPowerOfTwo = (n: number) => n > 0 && (n & (n - 1)) === 0;

const sectionSchema = z.strictObject({
  /** How many records the section holds. */
  records: z.int().check(z.minimum(0)),
  /** Digests by shard index. */
  shards: z
    .array(digestSchema)
    .check(z.refine((shards) => isPowerOfTwo(shards.length), "is not a power of two of shards")),
});

/** Who may ask an edge's resolver: clients on loopback, who shows the token, or everybody. */
export const dnsAccessSchema = z.enum(["loopback", "token", "public"]);
export type DnsAccess = z.output<typeof dnsAccessSchema>;

/** Settings that hold for a whole cluster and travel with its snapshot. */
export const settingsSchema = z.strictObject({ dns: dnsSettingsSchema });

/** Says that a root was put there by a person, and that agents publish nothing over it until it is released. */
export const holdSchema = z.strictObject({
  /** The generation whose content this root repeats. */
  generation: z.int().check(z.minimum(1)),
  /** Why, in that person's words. */
  reason: z.optional(z.string().check(z.minLength(1), z.maxLength(MAX_REASON))),
});

/** The one mutable-looking thing of a snapshot that is signed; everything else it names by digest. */
export const rootSchema = z.strictObject({
  version: z.literal(CONTRACT_VERSION),
  cluster: clusterNameSchema,
  /** Strictly growing within a cluster. */
  generation: z.int().check(z.minimum(1)),
  /** Milliseconds since 1970 by the agent's clock. */
  time: z.int().check(z.minimum(0)),
  sections: z.strictObject({
    addresses: sectionSchema,
    certificates: sectionSchema,
    hosts: sectionSchema,
    services: sectionSchema,
    zones: sectionSchema,
  }),
  settings: settingsSchema,
  hold: z.optional(holdSchema),
});

export type Root = z.output<typeof rootSchema>;
export type Hold = z.output<typeof holdSchema>;
export type Settings = z.output<typeof settingsSchema>;
