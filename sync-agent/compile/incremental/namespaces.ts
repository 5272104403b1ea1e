/** In which namespaces objects lie, kind by kind. */
import type { Kind } from "../../cluster/state.ts";
import type { StateChanges } from "./changes.ts";

/** Kinds whose objects make a namespace exist. A Namespace's own name counts as the one that it lies in. */
const KINDS = ["Namespace", "Ingress", "Service", "EndpointSlice", "Secret", "Pod"] as const satisfies Kind[];
type CountedKind = (typeof KINDS)[number];

export class Namespaces {
  readonly #counts = new Map<CountedKind, Map<string, number>>(KINDS.map((kind) => [kind, new Map()]));
  readonly #toggled = new Map<CountedKind, ReadonlySet<string>>();

  update(changes: StateChanges): void {
    for (const kind of KINDS) {
      const counts = this.#counts.get(kind) ?? new Map<string, number>();
      const before = new Map<string, boolean>();
      const count = (
        object: { readonly metadata: { readonly namespace: string; readonly name: string } },
        by: number,
      ) => {
        const { metadata } = object;
        const namespace = kind === "Namespace" ? metadata.name : metadata.namespace;
        if (!before.has(namespace)) before.set(namespace, counts.has(namespace));
        const next = (counts.get(namespace) ?? 0) + by;
        if (next === 0) counts.delete(namespace);
        else counts.set(namespace, next);
      };
      for (const change of changes[kind]) {
        if (change.after !== undefined) count(change.after, 1);
        if (change.before !== undefined) count(change.before, -1);
      }
      const toggled = [...before].filter(([namespace, was]) => was !== counts.has(namespace));
      this.#toggled.set(kind, new Set(toggled.map(([namespace]) => namespace)));
    }
  }

  has(kind: CountedKind, namespace: string): boolean {
    return this.#counts.get(kind)?.has(namespace) === true;
  }

  /** Those that had objects of the kind and have none any more, and the other way round, since the last update. */
  toggled(kind: CountedKind): string[] {
    return [...(this.#toggled.get(kind) ?? [])];
  }

  hasChanged(): boolean {
    return [...this.#toggled.values()].some(({ size }) => size > 0);
  }

  all(): Set<string> {
    const all = new Set<string>();
    for (const counts of this.#counts.values()) for (const namespace of counts.keys()) all.add(namespace);
    return all;
  }
}
