/** What of a Corefile would be served. */
import type { ClusterState } from "../cluster/state.ts";
import { COREFILE_KEY, configMapSource } from "../compile/corefile-source.ts";
import { findingWarning, refusalWarning } from "../compile/corefile-warnings.ts";
import { compareText } from "../compile/text-order.ts";
import { readCorefile } from "../corefile/corefile.ts";
import type { CorefileSource } from "../corefile/source.ts";
import type { Warning } from "../warning.ts";
import type { Finding, Verdict } from "./report.ts";

export interface CorefileReport {
  /** `ConfigMap kube-system/coredns`, or a file's path. */
  readonly corefile: string;
  readonly verdict: Verdict;
  /** Server blocks that are served: their zones, and their plugins in the order in which they work. */
  readonly servers: readonly { readonly zones: readonly string[]; readonly plugins: readonly string[] }[];
  /** What has no effect, and what is ignored. */
  readonly notes: readonly Finding[];
  /** What keeps the Corefile, or a zone, from being served. */
  readonly refused: readonly Finding[];
}

const NO_ENVIRONMENT: ReadonlyMap<string, string> = new Map();

/** @param files Corefiles that are no ConfigMaps */
export function corefileReports(state: ClusterState, files: readonly CorefileSource[]): CorefileReport[] {
  const keys = [...state.ConfigMap].flatMap(([key, { data }]) =>
    data[COREFILE_KEY] === undefined ? [] : [key],
  );
  const sources = keys.map((key) => configMapSource(key, state, NO_ENVIRONMENT));
  return [...sources, ...files].map(reportOf).toSorted((a, b) => compareText(a.corefile, b.corefile));
}

function reportOf(source: CorefileSource): CorefileReport {
  const { corefile, error, findings } = readCorefile(source);
  const refusals = findings.filter(({ kind }) => kind === "zone").map(findingWarning);
  const refused = [...(error ? [refusalWarning(error, "Nothing of it would be served.")] : []), ...refusals];
  const notes = findings.filter(({ kind }) => kind !== "zone").map(findingWarning);
  return {
    corefile: source.files.read(source.path)?.object ?? source.path,
    verdict: refused.length > 0 ? "change" : notes.length > 0 ? "notes" : "served",
    servers: (corefile?.servers ?? []).map(({ zones, plugins }) => ({
      zones,
      plugins: [...new Set(plugins.map(({ plugin }) => plugin.plugin))],
    })),
    notes: notes.map(findingOf),
    refused: refused.map(findingOf),
  };
}

function findingOf({ field, reason, message, remedy }: Warning): Finding {
  return { field, reason, message, remedy };
}
