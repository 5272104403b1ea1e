/** Warnings as a report can hold them: sorted, no more than it may have, no text too long. Pure. */
import { type AgentReport, REPORT_LIMITS, type ReportedWarning, utf8 } from "../../contract/index.ts";
import type { Warning } from "../warning.ts";

export function reportedWarnings(
  warnings: readonly Warning[],
  { warnings: most, bytes }: { readonly warnings: number; readonly bytes: number } = REPORT_LIMITS,
): Pick<AgentReport, "warnings" | "omitted"> {
  const sorted = warnings
    .map(reported)
    .map((warning) => ({ warning, text: JSON.stringify(warning) }))
    .toSorted((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
  const taken: ReportedWarning[] = [];
  let left = bytes;
  for (const { warning, text } of sorted) {
    left -= utf8(text).length + 1;
    if (taken.length >= most || left < 0) break;
    taken.push(warning);
  }
  return { warnings: taken, omitted: warnings.length - taken.length };
}

/** The order of its fields is that of the sorting. */
function reported({ object, field, reason, message, remedy }: Warning): ReportedWarning {
  return {
    object: reportedText(object),
    field: reportedText(field),
    reason,
    message: reportedText(message),
    remedy: reportedText(remedy),
  };
}

export function reportedText(text: string): string {
  const most = REPORT_LIMITS.text;
  // Half of a pair, which a cut or an escape in a manifest leaves, has no form in UTF-8.
  return (text.length <= most ? text : `${text.slice(0, most - 1)}…`).toWellFormed();
}
