/** What Workers KV accepts (Cloudflare's limits), checked before anything is written. */
import * as z from "zod";
import type { KvPair } from "../kv-store/client.ts";
import { KV_ERROR, KvApiError } from "./errors.ts";

const MAX_KEY_BYTES = 512;
export const MAX_VALUE_BYTES = 25 * 1024 * 1024;
const MAX_METADATA_BYTES = 1024;
const MIN_TTL_SECONDS = 60;
const MAX_BULK_KEYS = 10_000;
const MAX_BULK_READS = 100;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

const seconds = z.coerce.number().int().min(0);

const pairSchema = z.object({
  key: z.string(),
  value: z.string(),
  base64: z.boolean().optional(),
  metadata: z.unknown().optional(),
  expiration: seconds.optional(),
  expiration_ttl: seconds.optional(),
});

const bulkWriteSchema = z.array(pairSchema).min(1).max(MAX_BULK_KEYS);
const keysSchema = z.array(z.string()).min(1).max(MAX_BULK_KEYS);
// Older callers send objects.
const bulkDeleteSchema = z.union([
  keysSchema,
  z
    .array(z.object({ name: z.string() }))
    .min(1)
    .max(MAX_BULK_KEYS)
    .transform((items) => items.map(({ name }) => name)),
]);
const bulkReadSchema = z.object({
  keys: z.array(z.string()).min(1).max(MAX_BULK_READS),
  type: z.enum(["text", "json"]).default("text"),
  withMetadata: z.boolean().default(false),
});
const expirationSchema = z.object({ expiration: seconds.optional(), expiration_ttl: seconds.optional() });
const listSchema = z.object({
  prefix: z.string().default(""),
  limit: z.coerce.number().int().min(10).max(1000).default(1000),
  cursor: z.string().optional(),
});

export type BulkRead = z.output<typeof bulkReadSchema>;
export type ListQuery = z.output<typeof listSchema>;
export type Expiration = z.output<typeof expirationSchema>;

/** @param now seconds since 1970 */
export function parseBulkWrite(body: unknown, now: number): KvPair[] {
  return parse("the list of pairs", bulkWriteSchema, body).map(({ expiration_ttl, ...pair }) =>
    checkPair({ ...pair, expirationTtl: expiration_ttl }, now),
  );
}

export function parseBulkDelete(body: unknown): string[] {
  return parse("the list of keys", bulkDeleteSchema, body).map(checkKey);
}

export function parseBulkRead(body: unknown): BulkRead {
  const query = parse("the request", bulkReadSchema, body);
  query.keys.forEach(checkKey);
  return query;
}

export function parseExpiration(query: unknown): Expiration {
  return parse("the expiration", expirationSchema, query);
}

export function parseListQuery(query: unknown): ListQuery {
  return parse("the query", listSchema, query, KV_ERROR.invalidLimit);
}

/** @param now seconds since 1970 */
export function checkPair(pair: KvPair, now: number): KvPair {
  checkKey(pair.key);
  const { value, base64 = false, metadata, expiration, expirationTtl } = pair;
  const isValid = !base64 || (BASE64.test(value) && value.length % 4 !== 1);
  if (!isValid) throw malformed(`the value of key '${pair.key}' is not base64`);
  const bytes = base64 ? Buffer.byteLength(value, "base64") : Buffer.byteLength(value);
  if (bytes > MAX_VALUE_BYTES) throw tooLarge(`value of ${bytes} bytes exceeds ${MAX_VALUE_BYTES}`);
  const metadataBytes = metadata === undefined ? 0 : Buffer.byteLength(JSON.stringify(metadata));
  if (metadataBytes > MAX_METADATA_BYTES) {
    throw tooLarge(`metadata of ${metadataBytes} bytes exceeds ${MAX_METADATA_BYTES}`);
  }
  if (expirationTtl !== undefined && expirationTtl < MIN_TTL_SECONDS) {
    throw malformed(`expiration_ttl must be at least ${MIN_TTL_SECONDS} seconds`);
  }
  if (expirationTtl === undefined && expiration !== undefined && expiration < now + MIN_TTL_SECONDS) {
    throw malformed(`expiration must be at least ${MIN_TTL_SECONDS} seconds in the future`);
  }
  // Cloudflare: the time to live goes before the time.
  return {
    key: pair.key,
    value,
    base64,
    metadata,
    ...(expirationTtl === undefined ? { expiration } : { expirationTtl }),
  };
}

export function checkKey(key: string): string {
  const bytes = Buffer.byteLength(key);
  if (bytes === 0 || key === "." || key === "..") throw malformed(`'${key}' cannot be a key`);
  if (bytes > MAX_KEY_BYTES) {
    throw new KvApiError(
      414,
      KV_ERROR.malformedValue,
      `UTF-8 encoded length of ${bytes} exceeds key length limit of ${MAX_KEY_BYTES}`,
    );
  }
  return key;
}

export function malformed(message: string): KvApiError {
  return new KvApiError(400, KV_ERROR.malformedValue, message);
}

export function tooLarge(message: string): KvApiError {
  return new KvApiError(413, KV_ERROR.payloadTooLarge, message);
}

function parse<T extends z.ZodType>(
  what: string,
  schema: T,
  value: unknown,
  code: number = KV_ERROR.malformedValue,
): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const at = issue === undefined || issue.path.length === 0 ? "" : ` at ${issue.path.join(".")}`;
  throw new KvApiError(400, code, `${what} is malformed${at}: ${issue?.message ?? "invalid"}`);
}
