import { utf8 } from "../../contract/index.ts";
import { PublishError } from "./error.ts";
import type { KvPair } from "./kv.ts";

/** What one bulk write may carry. */
export interface BatchLimits {
  readonly pairs: number;
  /** Of the JSON request body. */
  readonly bytes: number;
}

/** Workers KV REST API: 10,000 pairs and 100 MB a bulk write. */
export const BATCH_LIMITS: BatchLimits = { pairs: 10_000, bytes: 100_000_000 };

/** Workers KV limits: 25 MiB a value. */
const VALUE_BYTES = 25 * 1024 * 1024;

/**
 * Cuts pairs, in their order, into as few batches as the limits allow.
 *
 * @throws PublishError for a value that no batch can carry.
 */
export function batches(pairs: readonly KvPair[], limits: BatchLimits = BATCH_LIMITS): KvPair[][] {
  const cut: KvPair[][] = [];
  let batch: KvPair[] = [];
  let bytes = 0;
  for (const pair of pairs) {
    const valueBytes = utf8(pair.value).length;
    // The comma after the pair, or the brackets around them all.
    const size = utf8(JSON.stringify(pair)).length + 2;
    if (valueBytes > VALUE_BYTES || size > limits.bytes) throw tooLarge(pair.key, valueBytes);
    if (batch.length === limits.pairs || bytes + size > limits.bytes) {
      cut.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(pair);
    bytes += size;
  }
  if (batch.length > 0) cut.push(batch);
  return cut;
}

/** Keys, in their order, in as many batches as a bulk delete may carry (10,000 keys, Workers KV REST API). */
export function keyBatches(keys: readonly string[], limit: number = BATCH_LIMITS.pairs): string[][] {
  return Array.from({ length: Math.ceil(keys.length / limit) }, (_, i) =>
    keys.slice(i * limit, (i + 1) * limit),
  );
}

function tooLarge(key: string, bytes: number): PublishError {
  return new PublishError({
    operation: `write ${key} to KV`,
    reason: "value",
    problem: `its value has ${bytes} bytes, Workers KV takes ${VALUE_BYTES}`,
    remedy:
      "split the object that makes a single record this large (look for an Ingress host with very many paths)",
  });
}
