import type { ServiceRecord } from "../../contract/index.ts";
import type { Service } from "../cluster/state.ts";
import { type LabelSelector, selects } from "../corefile/label-selector.ts";

/** Records that say which kubernetes plugins leave them out. @param selections by number */
export function withSelections(
  records: Map<string, ServiceRecord>,
  services: ReadonlyMap<string, Service>,
  selections: readonly LabelSelector[],
): Map<string, ServiceRecord> {
  if (selections.length === 0) return records;
  return new Map(
    Array.from(records, ([key, record]) => {
      const labels = services.get(key)?.metadata.labels ?? {};
      const hiddenFrom = selections.flatMap((selector, number) =>
        selects(selector, labels) ? [] : [number],
      );
      return [key, hiddenFrom.length === 0 ? record : { ...record, hiddenFrom }];
    }),
  );
}
