/** The zones that a server block or a plugin answers for. */
import type { Name } from "./wire/name.ts";
import { nameFromText } from "./wire/name-text.ts";

export interface MatchedZone {
  /** As it is configured, in lower case. */
  readonly zone: Name;
  /** How many labels the name has before the zone's. */
  readonly labels: number;
}

export class Zones {
  readonly #zones: readonly Name[];

  /** @throws DnsFormatError */
  constructor(texts: readonly string[]) {
    this.#zones = texts.map(nameFromText);
  }

  /** The longest zone that the name is in. */
  match(name: Name): MatchedZone | undefined {
    let best: MatchedZone | undefined;
    for (const zone of this.#zones) {
      const labels = name.labelsAbove(zone);
      if (labels !== undefined && (best === undefined || labels < best.labels)) best = { zone, labels };
    }
    return best;
  }

  has(name: Name): boolean {
    for (const zone of this.#zones) if (name.labelsAbove(zone) !== undefined) return true;
    return false;
  }
}

/** @param zones as a plugin's `fallthrough` has them; absent for none */
export function fallthroughOf(zones: readonly string[] | undefined): Zones {
  return new Zones(zones ?? []);
}
