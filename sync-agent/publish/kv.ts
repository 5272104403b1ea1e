export interface KvPair {
  readonly key: string;
  readonly value: string;
  /** At most 1,024 bytes of JSON (Workers KV limits). */
  readonly metadata?: Readonly<Record<string, string | number>>;
}

/** What a listing tells of a key. */
export interface KvKey {
  readonly key: string;
  /** As whoever wrote the key gave it; `undefined` without. */
  readonly metadata: unknown;
}

/** What publishing needs of a key-value store. Eventually consistent: a read or a listing may be about a minute old. */
export interface Kv {
  /**
   * `undefined` for a key that does not exist.
   *
   * @throws PublishError
   */
  get(key: string, signal?: AbortSignal): Promise<string | undefined>;
  /**
   * Resolves when every pair is written. Pairs are written in no particular order, and when it rejects, any of them
   * may have been.
   *
   * @throws PublishError
   */
  put(pairs: readonly KvPair[], signal?: AbortSignal): Promise<void>;
  /**
   * The keys that begin with a prefix, in the order of their bytes, with a request for every 1,000 of them: whoever
   * stops iterating stops the requests.
   *
   * @throws PublishError
   */
  list(prefix: string, signal?: AbortSignal): AsyncIterable<KvKey>;
  /**
   * Resolves when none of the keys exists. As with `put`, any of them may be gone when it rejects.
   *
   * @throws PublishError
   */
  delete(keys: readonly string[], signal?: AbortSignal): Promise<void>;
}
