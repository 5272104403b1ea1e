/** A signed order to empty caches. Whoever may publish may purge. */
import { parseAs } from "./errors.ts";
import { clusterNameSchema, hostnameSchema } from "./names.ts";
import * as z from "./schema.ts";
import { decodeSigned, encodeSigned } from "./signed-text.ts";
import type { Signer, Verifier } from "./signing.ts";
import { CONTRACT_VERSION } from "./version.ts";

const scope = {
  /** Every host without. */
  host: z.optional(hostnameSchema),
  /** As in a URL, without query: all of them are meant. Every path without. */
  path: z.optional(z.string().check(z.startsWith("/"), z.maxLength(4096))),
  /** The path is the beginning of those that are meant. */
  prefix: z.optional(z.literal(true)),
};

export const purgeScopeSchema = z.strictObject(scope);

export const purgeSchema = z.strictObject({
  ...scope,
  version: z.literal(CONTRACT_VERSION),
  cluster: clusterNameSchema,
  /** When it was signed, in milliseconds since 1970: an old order is not followed. */
  time: z.int(),
});

export type PurgeScope = z.output<typeof purgeScopeSchema>;
export type Purge = z.output<typeof purgeSchema>;

/** Milliseconds by which the clocks of who signs and who follows may differ. */
export const PURGE_TOLERANCE_MS = 5 * 60_000;

const WHAT = "purge";

export async function encodePurge(purge: Purge, signer: Signer): Promise<string> {
  return encodeSigned(WHAT, purge, signer);
}

/**
 * Verifies, then reads a signed order.
 *
 * @throws IntegrityError when the signature is not by the verifier's key; MalformedError when its shape is wrong.
 */
export async function decodePurge(text: string, verifier: Verifier): Promise<Purge> {
  return parseAs(WHAT, purgeSchema, await decodeSigned(WHAT, text, verifier, "order"));
}
