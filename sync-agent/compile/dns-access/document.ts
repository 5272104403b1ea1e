/** What the Secret of those who may ask the resolver holds, under ACCESS_KEY: YAML in this form. */
import * as z from "zod";
import { hostnameSchema, zoneNameSchema } from "../../../contract/index.ts";

export const ACCESS_KEY = "access.yaml";

const namespaceName = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, "is no name of a namespace");
/** With or without the dot at its end, in any case. */
const zone = z
  .string()
  .transform((text) => (text === "." ? text : text.toLowerCase().replace(/\.$/, "")))
  .pipe(zoneNameSchema);
const perSecond = z.int().min(1).optional();
const digest = z
  .string()
  .transform((text) => text.toLowerCase().replaceAll(":", ""))
  .pipe(z.string().regex(/^[0-9a-f]{64}$/, "is no SHA-256 in hexadecimal"));

/** Dots that a name needs to be tried as it is first; a pod's. */
const NDOTS = 5;

/** What a view may see. */
export const viewDocument = z.strictObject({
  /** All of the cluster where absent. */
  namespaces: z.array(namespaceName).optional(),
  /** All that the resolver answers for where absent. */
  zones: z.array(zone).optional(),
  forward: z.boolean().default(false),
  search: z.array(zone).default([]),
  ndots: z.int().min(0).max(15).default(NDOTS),
  perSecond,
});

export const tokenDocument = z.strictObject({ sha256: digest, view: z.string(), perSecond });

export const certificateDocument = z.strictObject({ fingerprint: digest, view: z.string() });

export const accessDocument = z.strictObject({
  team: z.string().toLowerCase().pipe(hostnameSchema),
  audience: z.string().min(1),
  view: z.string(),
});

const entries = z.record(z.string(), z.unknown()).default({});

/** Its entries are read one by one: a bad one is left out alone. */
export const document = z.strictObject({
  views: entries,
  tokens: entries,
  /** Client certificates, by name. */
  certificates: entries,
  /** Applications of Cloudflare Access, by name. */
  access: entries,
});

export type ViewDocument = z.output<typeof viewDocument>;
