/** All warnings that hold, by what gave them, in a stable order that is not made anew for every change. */
import type { Warning } from "../../warning.ts";
import { compareWarnings } from "../warnings.ts";

const NONE: readonly Warning[] = [];

export class WarningLedger {
  readonly #slots = new Map<string, readonly Warning[]>();
  /** What slots held when the order was made, for those that have changed since. */
  readonly #former = new Map<string, readonly Warning[]>();
  #sorted: readonly Warning[] = NONE;

  /** Replaces what a slot holds. */
  set(slot: string, warnings: readonly Warning[]): void {
    const before = this.#slots.get(slot) ?? NONE;
    if (areSame(before, warnings)) return;
    if (!this.#former.has(slot)) this.#former.set(slot, before);
    if (warnings.length === 0) this.#slots.delete(slot);
    else this.#slots.set(slot, warnings);
  }

  /** The same list while nothing has changed. */
  sorted(): readonly Warning[] {
    if (this.#former.size === 0) return this.#sorted;
    const gone = new Set([...this.#former.values()].flat());
    const come = [...this.#former.keys()].flatMap((slot) => this.#slots.get(slot) ?? []);
    const kept = gone.size === 0 ? this.#sorted : this.#sorted.filter((warning) => !gone.has(warning));
    this.#sorted = merged(kept, come.toSorted(compareWarnings));
    this.#former.clear();
    return this.#sorted;
  }
}

function areSame(a: readonly Warning[], b: readonly Warning[]): boolean {
  return (
    a === b ||
    (a.length === b.length &&
      a.every((warning, index) => {
        const other = b[index];
        return warning === other || (other !== undefined && isSame(warning, other));
      }))
  );
}

function isSame(a: Warning, b: Warning): boolean {
  return compareWarnings(a, b) === 0;
}

function merged(a: readonly Warning[], b: readonly Warning[]): Warning[] {
  const all: Warning[] = [];
  let next = 0;
  for (const warning of a) {
    for (let other = b[next]; other !== undefined && compareWarnings(other, warning) < 0; other = b[next]) {
      all.push(other);
      next += 1;
    }
    all.push(warning);
  }
  return [...all, ...b.slice(next)];
}
