export interface KvPair {
  readonly key: string;
  readonly value: string;
  /** At most 1,024 bytes of JSON (Workers KV limits). */
  readonly metadata?: Readonly<Record<string, string | number>>;
}

/** What publishing needs of a key-value store. Eventually consistent: a read may be about a minute old. */
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
}
