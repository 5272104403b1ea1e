import { PublishError, type PublishReason } from "./error.ts";
import type { Kv, KvKey } from "./kv.ts";

export type KvOperation = "get" | "put" | "delete" | "list";

/**
 * Told of every operation on KV when it ends.
 *
 * @param seconds that it took, its retries included.
 * @param keys that were read, written, deleted or listed, or were to be.
 */
export type KvObserver = (
  operation: KvOperation,
  outcome: "ok" | PublishReason,
  seconds: number,
  keys: number,
) => void;

/** @param monotonic in milliseconds. */
export function observedKv(
  kv: Kv,
  observe: KvObserver,
  monotonic: () => number = () => performance.now(),
): Kv {
  async function timed<T>(operation: KvOperation, keys: number, run: () => Promise<T>): Promise<T> {
    const began = monotonic();
    const end = (outcome: "ok" | PublishReason) =>
      observe(operation, outcome, (monotonic() - began) / 1000, keys);
    let result: T;
    try {
      result = await run();
    } catch (error) {
      end(reasonOf(error));
      throw error;
    }
    end("ok");
    return result;
  }

  return {
    get: (key, signal) => timed("get", 1, () => kv.get(key, signal)),
    put: (pairs, signal) => timed("put", pairs.length, () => kv.put(pairs, signal)),
    delete: (keys, signal) => timed("delete", keys.length, () => kv.delete(keys, signal)),
    async *list(prefix, signal): AsyncGenerator<KvKey> {
      // The time between two keys is the caller's own.
      let waited = 0;
      let keys = 0;
      let outcome: "ok" | PublishReason = "ok";
      const iterator = kv.list(prefix, signal)[Symbol.asyncIterator]();
      try {
        for (;;) {
          const began = monotonic();
          const next = await iterator.next().finally(() => {
            waited += monotonic() - began;
          });
          if (next.done === true) return;
          keys += 1;
          yield next.value;
        }
      } catch (error) {
        outcome = reasonOf(error);
        throw error;
      } finally {
        observe("list", outcome, waited / 1000, keys);
      }
    },
  };
}

function reasonOf(error: unknown): PublishReason {
  return error instanceof PublishError ? error.reason : "rejected";
}
