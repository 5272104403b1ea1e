/** The last requests that this isolate answered with 5xx, for who has the request id of an error page. In memory alone. */
import type { AccessRecord } from "./access-record.ts";

const MOST = 100;

export class RecentFailures {
  /** A ring: the oldest stands at `#next` once it is full. */
  readonly #kept: AccessRecord[] = [];
  #next = 0;

  add(record: AccessRecord): void {
    this.#kept[this.#next] = record;
    this.#next = (this.#next + 1) % MOST;
  }

  /** The newest first. */
  list(): readonly AccessRecord[] {
    return [...this.#kept.slice(this.#next), ...this.#kept.slice(0, this.#next)].toReversed();
  }
}
