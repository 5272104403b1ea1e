import type { RecordOf, Root, Section } from "../../contract/index.ts";

/** A value at hand, or a promise of one: what is in isolate memory is not awaited. */
export type MaybePromise<T> = T | Promise<T>;

/**
 * One generation of one cluster, as a request sees it from start to end.
 *
 * `get` answers from isolate memory where it can, and reads at most one shard from KV otherwise. It rejects with
 * SnapshotUnavailableError when that shard cannot be had.
 */
export interface SnapshotView {
  readonly root: Root;
  get<S extends Section>(section: S, key: string): MaybePromise<RecordOf<S> | undefined>;
}
