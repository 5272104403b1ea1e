/** The Ingresses that are ours, as objects and classes come and go. */
import type { Ingress, IngressClass } from "../../cluster/state.ts";
import { selectIngresses, type ServedClasses } from "../class-selection.ts";
import { compareText } from "../text-order.ts";
import { additions, type Change } from "./changes.ts";
import type { WarningLedger } from "./warning-ledger.ts";

export class SelectedIngresses {
  readonly #served: ServedClasses;
  readonly #selected = new Map<string, Ingress>();
  #keys: readonly string[] = [];

  constructor(served: ServedClasses) {
    this.#served = served;
  }

  /** @returns what is different in the selection */
  update(
    ingresses: ReadonlyMap<string, Ingress>,
    changes: readonly Change<Ingress>[],
    classes: ReadonlyMap<string, IngressClass>,
    areOtherClasses: boolean,
    ledger: WarningLedger,
  ): Change<Ingress>[] {
    const gone = changes.filter(({ after }) => after === undefined);
    const judged = areOtherClasses ? [...gone, ...additions(ingresses)] : changes;
    const all = [...classes.values()];
    const selected: Change<Ingress>[] = [];
    let isOtherSet = false;
    for (const { key, after } of judged) {
      const before = this.#selected.get(key);
      const { ingresses: own, warnings } = selectIngresses(
        after === undefined ? [] : [after],
        all,
        this.#served,
      );
      ledger.set(`class of ${key}`, warnings);
      const [next] = own;
      if (next === before) continue;
      selected.push({ key, before, after: next });
      isOtherSet ||= next === undefined || before === undefined;
      if (next === undefined) this.#selected.delete(key);
      else this.#selected.set(key, next);
    }
    if (isOtherSet) this.#keys = [...this.#selected.keys()].toSorted(compareText);
    return selected;
  }

  get(key: string): Ingress | undefined {
    return this.#selected.get(key);
  }

  /** Sorted; the same list while they are the same Ingresses. */
  keys(): readonly string[] {
    return this.#keys;
  }
}
