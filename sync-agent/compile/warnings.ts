import type { RecordOf, Section } from "../../contract/index.ts";
import type { Warning } from "../warning.ts";
import { compareText } from "./text-order.ts";

/** What a processor makes of a section. */
export interface Processed<S extends Section> {
  readonly records: ReadonlyMap<string, RecordOf<S>>;
  readonly warnings: readonly Warning[];
}

/** Total: what is equal in it says the same. */
export function compareWarnings(a: Warning, b: Warning): number {
  return (
    compareText(a.object, b.object) ||
    compareText(a.field, b.field) ||
    compareText(a.reason, b.reason) ||
    compareText(a.message, b.message) ||
    compareText(a.remedy, b.remedy)
  );
}
