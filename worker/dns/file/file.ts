/** The plugin for zones that stand in files (CoreDNS file). */
import type { PluginConfig } from "../../../contract/index.ts";
import { followedBy } from "../aliases.ts";
import { andThen } from "../maybe-promise.ts";
import type { PluginPlatform } from "../plugins.ts";
import { isInZones, type Plugin, type Resolution, type Visibility } from "../resolver.ts";
import { RCODE } from "../wire/codes.ts";
import type { Name } from "../wire/name.ts";
import { nameFromText } from "../wire/name-text.ts";
import type { ResourceRecord } from "../wire/record.ts";
import { fallthroughOf } from "../zones.ts";
import { type Looked, lookup, type Outcome } from "./lookup.ts";
import { zoneDataOf } from "./zone-data.ts";

const RCODES: Readonly<Record<Outcome, number>> = {
  found: RCODE.NOERROR,
  noData: RCODE.NOERROR,
  empty: RCODE.NOERROR,
  nameError: RCODE.NXDOMAIN,
  delegation: RCODE.NOERROR,
  tooLong: RCODE.YXDOMAIN,
  failure: RCODE.SERVFAIL,
};

export function file(config: PluginConfig<"file">, { resolve }: Pick<PluginPlatform, "resolve">): Plugin {
  const files = config.files.map(({ zone, record }) => ({ apex: nameFromText(zone), record }));
  const fallthrough = fallthroughOf(config.fallthrough);

  /** The file of the longest zone that the name is in. */
  function fileFor(name: Name) {
    let best: { readonly labels: number; readonly apex: Name; readonly record: string } | undefined;
    for (const file of files) {
      const labels = name.labelsAbove(file.apex);
      if (labels !== undefined && (best === undefined || labels < best.labels)) best = { labels, ...file };
    }
    return best;
  }

  return (query, next) => {
    const { question, view } = query;
    const matched = fileFor(question.name);
    if (matched === undefined) return next(query);
    return andThen(view.get("zones", matched.record), (record) => {
      if (record?.kind !== "file") return resolutionOf(NO_ZONE);
      const looked = inSight(
        lookup(zoneDataOf(record, matched.apex), question.name, question.type),
        query.visible,
      );
      if (looked.elsewhere !== undefined) {
        return followedBy(resolve, query, looked.elsewhere, resolutionOf(looked));
      }
      const isNothing = looked.outcome === "nameError" || looked.outcome === "empty";
      return isNothing && fallthrough.has(question.name) ? next(query) : resolutionOf(looked);
    });
  };
}

/** A view that holds a part of the zone is led by aliases and servers' names to no other part. */
function inSight(looked: Looked, visible: Visibility): Looked {
  if (visible.zones === undefined) return looked;
  const isSeen = ({ name }: ResourceRecord) => isInZones(visible, name);
  return {
    ...looked,
    answers: looked.answers.filter(isSeen),
    additionals: looked.additionals.filter(isSeen),
  };
}

/** Nobody else answers for the zone meanwhile. */
const NO_ZONE: Looked = { outcome: "failure", answers: [], authorities: [], additionals: [] };

function resolutionOf({ outcome, answers, authorities, additionals }: Looked): Resolution {
  const authoritative = outcome !== "delegation" && outcome !== "failure";
  return { rcode: RCODES[outcome], authoritative, answers, authorities, additionals };
}
