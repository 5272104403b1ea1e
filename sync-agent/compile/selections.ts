/** Which Services and namespaces the kubernetes plugins of a Corefile leave out (`labels`, `namespace_labels`). */
import type { ClusterState, Service } from "../cluster/state.ts";
import { type LabelSelector, selects } from "../corefile/label-selector.ts";
import { compareText } from "./text-order.ts";

/** What the resolver's configuration asks of the records of Services. */
export interface ServiceSelection {
  /** The selectors of `labels`; a plugin's `selection` is a place in this list. */
  readonly selectors: readonly LabelSelector[];
}

export const EVERY_SERVICE: ServiceSelection = { selectors: [] };

/** The places of the selectors that leave a Service out: `hiddenFrom`; `undefined` where none does. */
export function hiddenFrom({ metadata }: Service, selectors: readonly LabelSelector[]): number[] | undefined {
  const places = selectors.flatMap((selector, place) => (selects(selector, metadata.labels) ? [] : [place]));
  return places.length === 0 ? undefined : places;
}

export function isSameSelection(a: ServiceSelection, b: ServiceSelection): boolean {
  return (
    a.selectors.length === b.selectors.length &&
    a.selectors.every((selector, place) => selector === b.selectors[place])
  );
}

/** The API server gives every namespace this label; a manifest need not have it. */
const NAME_LABEL = "kubernetes.io/metadata.name";

/** The namespaces that a selector of `namespace_labels` takes, sorted. */
export function selectNamespaces(
  { Namespace }: Pick<ClusterState, "Namespace">,
  selector: LabelSelector,
): string[] {
  return [...Namespace.values()]
    .filter(({ metadata: { name, labels } }) => selects(selector, { [NAME_LABEL]: name, ...labels }))
    .map(({ metadata }) => metadata.name)
    .toSorted(compareText);
}
