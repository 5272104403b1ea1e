/** From a view's record to what its queries may see. */
import type { DnsView } from "../../../contract/index.ts";
import type { Search, Visibility } from "../resolver.ts";
import { nameFromText } from "../wire/name-text.ts";

export interface Sight {
  readonly visible: Visibility;
  readonly search: Search | undefined;
}

/** Records are the same objects as long as their shard stays the same. */
const known = new WeakMap<DnsView, Sight>();

export function sightOf(view: DnsView): Sight {
  let sight = known.get(view);
  if (sight === undefined) {
    sight = {
      visible: {
        namespaces: view.namespaces && new Set(view.namespaces),
        zones: view.zones?.map(nameFromText),
        forward: view.forward,
      },
      search:
        view.search.length === 0 ? undefined : { domains: view.search.map(nameFromText), ndots: view.ndots },
    };
    known.set(view, sight);
  }
  return sight;
}
