import type { Zone } from "./zone-api.ts";

/** The zone that a server name lies in: the one with the longest name that is the server name or a suffix of it. */
export function zoneOf(serverName: string, zones: readonly Zone[]): Zone | undefined {
  const name = serverName.replace(/^\*\./, "");
  return zones
    .filter((zone) => name === zone.name || name.endsWith(`.${zone.name}`))
    .toSorted((a, b) => b.name.length - a.name.length)[0];
}
