/**
 * Roots that verified and whose shards could not be read yet. Where KV shows what is written late and a cluster changes all
 * the time, the newest root is never whole: an edge that only ever tried that one would stay where it is. Pure.
 */
import type { Generation } from "./generation.ts";

/** The oldest ones are whole first; of the others one will do. */
const MOST = 4;
/** Twice the time for which Workers KV may hide what was written. A shard that is not there by then never comes. */
const LONGEST_MS = 120_000;

export class WaitingRoots {
  #roots: { readonly next: Generation; readonly since: number }[] = [];

  get all(): readonly Generation[] {
    return this.#roots.map(({ next }) => next);
  }

  /** In the order of their generations: what is newer than the newest takes its place when there are too many. */
  add(next: Generation, now: number): void {
    const { generation } = next.root;
    const newest = this.#roots.at(-1)?.next.root.generation ?? 0;
    if (generation <= newest) return;
    if (this.#roots.length === MOST) this.#roots.pop();
    this.#roots.push({ next, since: now });
  }

  /** Those newer than a generation, the newest first; all others are forgotten. */
  newerThan(generation: number, now: number): readonly Generation[] {
    this.#roots = this.#roots.filter(
      ({ next, since }) => next.root.generation > generation && now - since < LONGEST_MS,
    );
    return this.all.toReversed();
  }
}
