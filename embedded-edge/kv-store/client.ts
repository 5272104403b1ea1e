/** The Node side's way to the KV namespace that the Worker reads: the store worker (store-worker.js) over loopback. */
import { Agent, request } from "undici";
import * as z from "zod";

export interface KvPair {
  readonly key: string;
  readonly value: string;
  /** `value` is base64 of the bytes to store; otherwise it is stored as UTF-8. */
  readonly base64?: boolean | undefined;
  /** Anything that JSON carries, up to 1,024 bytes of it. */
  readonly metadata?: unknown;
  /** Seconds since 1970. */
  readonly expiration?: number | undefined;
  /** Seconds from now; before `expiration` where both are given. */
  readonly expirationTtl?: number | undefined;
}

export interface KvEntry {
  readonly value: Buffer;
  readonly metadata?: unknown;
  readonly expiration?: number | undefined;
}

export interface KvListing {
  readonly keys: readonly {
    readonly name: string;
    readonly expiration?: number | undefined;
    readonly metadata?: unknown;
  }[];
  /** Where the next page begins; `undefined` at the end. */
  readonly cursor?: string | undefined;
}

export interface KvFailure {
  readonly key: string;
  readonly message: string;
}

/** All of it rejects with KvStoreError while workerd is away. */
export interface KvStore {
  /**
   * The entries in the order of the keys, `undefined` for those that do not exist.
   *
   * @param expirations whether they are asked for, which takes a listing for each key.
   */
  read(keys: readonly string[], expirations?: boolean): Promise<(KvEntry | undefined)[]>;
  /** Tells which keys could not be written; the others are. */
  put(pairs: readonly KvPair[]): Promise<KvFailure[]>;
  delete(keys: readonly string[]): Promise<KvFailure[]>;
  list(query: { prefix: string; limit: number; cursor: string | undefined }): Promise<KvListing>;
  close(): Promise<void>;
}

export class KvStoreError extends Error {
  override name = "KvStoreError";
}

const failures = z.object({ failed: z.array(z.object({ key: z.string(), message: z.string() })) });
const entries = z.object({
  entries: z.array(
    z
      .object({ value: z.string(), metadata: z.unknown().optional(), expiration: z.number().optional() })
      .nullable(),
  ),
});
const listing = z.object({
  keys: z.array(
    z.object({ name: z.string(), expiration: z.number().optional(), metadata: z.unknown().optional() }),
  ),
  cursor: z.string().optional(),
});

/** How many characters of values one message to the store worker carries, more or less. */
const BATCH_CHARACTERS = 4 * 1024 * 1024;
const BATCH_PAIRS = 500;

/** @param port where the store worker listens on 127.0.0.1 now; `undefined` while it is away */
export function connectKvStore(port: () => number | undefined, secret: string): KvStore {
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 });

  const call = async <T extends z.ZodType>(path: string, body: object, schema: T): Promise<z.output<T>> => {
    const at = port();
    if (at === undefined) throw new KvStoreError("the KV store is restarting");
    try {
      const response = await request(`http://127.0.0.1:${at}${path}`, {
        dispatcher: agent,
        method: "POST",
        headers: { authorization: secret, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      const text = await response.body.text();
      if (response.statusCode !== 200) throw new KvStoreError(`${path}: ${response.statusCode} ${text}`);
      return schema.parse(JSON.parse(text));
    } catch (error) {
      throw error instanceof KvStoreError ? error : new KvStoreError(`${path} failed`, { cause: error });
    }
  };

  return {
    async read(keys, expirations = false) {
      const answer = await call("/read", { keys, expirations }, entries);
      return answer.entries.map((entry) => {
        if (entry === null) return undefined;
        const { metadata, expiration } = entry;
        return { value: Buffer.from(entry.value, "base64"), metadata, expiration };
      });
    },
    async put(pairs) {
      const failed: KvFailure[] = [];
      for (const puts of batches(pairs)) {
        failed.push(...(await call("/write", { puts, deletes: [] }, failures)).failed);
      }
      return failed;
    },
    async delete(keys) {
      const failed: KvFailure[] = [];
      for (let i = 0; i < keys.length; i += BATCH_PAIRS) {
        const deletes = keys.slice(i, i + BATCH_PAIRS);
        failed.push(...(await call("/write", { puts: [], deletes }, failures)).failed);
      }
      return failed;
    },
    list: (query) => call("/list", query, listing),
    close: () => agent.close(),
  };
}

/** Cuts pairs into messages of bounded size, in their order. */
function batches(pairs: readonly KvPair[]): KvPair[][] {
  const result: KvPair[][] = [];
  let batch: KvPair[] = [];
  let characters = 0;
  for (const pair of pairs) {
    if (
      batch.length === BATCH_PAIRS ||
      (batch.length > 0 && characters + pair.value.length > BATCH_CHARACTERS)
    ) {
      result.push(batch);
      batch = [];
      characters = 0;
    }
    batch.push(pair);
    characters += pair.value.length;
  }
  if (batch.length > 0) result.push(batch);
  return result;
}
