/**
 * The record of the certificates that the agent has uploaded to Cloudflare, in KV under `<cluster>/certificates`.
 *
 * Cloudflare's API has no labels for them, so this record alone says which are ours; all others are never touched. An
 * upload is announced here before it is made (an entry without `id`), so that one that was cut off is found again. What
 * an entry names counts as ours only while hosts, expiry and issuer are still what Cloudflare answered to the upload.
 */
import * as z from "zod";
import { canonicalJson, ContractError, digestSchema, parseAs, parseJson } from "../../contract/index.ts";
import type { Kv } from "../publish/kv.ts";
import { CertificateStoreError } from "./error.ts";

const entrySchema = z.strictObject({
  /** SHA-256 of the leaf (DER). */
  fingerprint: digestSchema,
  /** The zone's identifier. */
  zone: z.string().min(1),
  /** Cloudflare's identifier; absent while the upload is announced only. */
  id: z.string().min(1).optional(),
  /** The Secret's `namespace/name`, by which a renewal is known. */
  secret: z.string(),
  keyType: z.string(),
  /** As Cloudflare answered; of an announced one the certificate's own names. Sorted. */
  hosts: z.array(z.string()),
  /** Milliseconds since 1970. */
  expires: z.int(),
  /** As Cloudflare answered; absent while announced only. */
  issuer: z.string().optional(),
  /** When the upload was announced, in milliseconds since 1970. */
  announced: z.int(),
  /** Since when no Ingress has asked for it, in milliseconds since 1970. */
  unusedSince: z.int().optional(),
});

const recordSchema = z.strictObject({ version: z.literal(1), certificates: z.array(entrySchema) });

export type RecordEntry = Readonly<z.output<typeof entrySchema>>;

/** One that is known to be at Cloudflare. */
export type UploadedEntry = RecordEntry & { readonly id: string };

export function isUploaded(entry: RecordEntry): entry is UploadedEntry {
  return entry.id !== undefined;
}

export function recordKey(cluster: string): string {
  return `${cluster}/certificates`;
}

export function encodeRecord(entries: readonly RecordEntry[]): string {
  const sorted = entries.toSorted((a, b) => (identityOf(a) < identityOf(b) ? -1 : 1));
  return canonicalJson({ version: 1, certificates: sorted });
}

/** What an entry is for: one certificate in one zone. */
export function identityOf({ zone, fingerprint }: Pick<RecordEntry, "zone" | "fingerprint">): string {
  return `${zone}/${fingerprint}`;
}

/** @throws CertificateStoreError for a record that is none; PublishError when KV cannot be read. */
export async function readRecord(
  kv: Pick<Kv, "get">,
  cluster: string,
  signal: AbortSignal,
): Promise<RecordEntry[]> {
  const key = recordKey(cluster);
  const text = await kv.get(key, signal);
  if (text === undefined) return [];
  try {
    return parseAs(key, recordSchema, parseJson(key, text)).certificates;
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    throw new CertificateStoreError({
      operation: `read the record of uploaded certificates, KV ${key}`,
      reason: "record",
      problem: error.message,
      remedy:
        "upgrade the agent if a newer one wrote it; otherwise delete the key: what was uploaded by then is left alone",
      cause: error,
    });
  }
}
