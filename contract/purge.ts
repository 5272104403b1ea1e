/**
 * The signed form of an order to empty caches: a line that no root begins with, canonical JSON, and the Ed25519
 * signature over these two lines in lower-case hexadecimal. Whoever may publish may purge.
 */
import * as z from "zod";
import { fromHex, toHex, utf8 } from "./bytes.ts";
import { canonicalJson } from "./canonical.ts";
import { IntegrityError, MalformedError, parseAs, parseJson } from "./errors.ts";
import { clusterNameSchema, hostnameSchema } from "./names.ts";
import type { Signer, Verifier } from "./signing.ts";
import { CONTRACT_VERSION } from "./version.ts";

export const purgeScopeSchema = z.strictObject({
  /** Every host without. */
  host: hostnameSchema.optional(),
  /** As in a URL, without query: all of them are meant. Every path without. */
  path: z.string().startsWith("/").max(4096).optional(),
  /** The path is the beginning of those that are meant. */
  prefix: z.literal(true).optional(),
});

export const purgeSchema = purgeScopeSchema.extend({
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
const FIRST_LINE = "lintel purge\n";
const FORM = /^(lintel purge\n[^\n]+)\n([0-9a-f]{128})$/;

export async function encodePurge(purge: Purge, signer: Signer): Promise<string> {
  const signed = FIRST_LINE + canonicalJson(purge);
  return `${signed}\n${toHex(await signer.sign(utf8(signed)))}`;
}

/**
 * Verifies, then reads a signed order.
 *
 * @throws IntegrityError when the signature is not by the verifier's key; MalformedError when its shape is wrong.
 */
export async function decodePurge(text: string, verifier: Verifier): Promise<Purge> {
  const [, signed, hex] = FORM.exec(text) ?? [];
  const signature = fromHex(hex ?? "");
  if (signed === undefined || signature === undefined) throw new MalformedError(WHAT, "is no signed order");
  if (!(await verifier.verify(utf8(signed), signature))) {
    throw new IntegrityError(WHAT, "its signature is not by the expected key");
  }
  return parseAs(WHAT, purgeSchema, parseJson(WHAT, signed.slice(FIRST_LINE.length)));
}
