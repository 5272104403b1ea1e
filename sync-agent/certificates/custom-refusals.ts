/** Which certificates Cloudflare has refused, so that none is offered again and again. */
import type { Clock } from "../clock.ts";
import { identityOf } from "./custom-record.ts";
import type { Wanted } from "./wanted.ts";
import type { Refusal } from "./warnings.ts";

export interface RefusalMemory {
  get(wanted: Wanted): Refusal | undefined;
  set(wanted: Wanted, refusal: Refusal): void;
}

/** What is refused for what it is stays refused; yet zones and trust stores change, so it is offered again some day. */
const REMEMBERED_MS = 6 * 60 * 60_000;

export function createRefusalMemory(clock: Clock): RefusalMemory {
  const refusals = new Map<string, { readonly refusal: Refusal; readonly until: number }>();
  const keyOf = ({ zone, fingerprint }: Wanted) => identityOf({ zone: zone.id, fingerprint });
  return {
    get(wanted) {
      const known = refusals.get(keyOf(wanted));
      return known !== undefined && clock.monotonic() < known.until ? known.refusal : undefined;
    },
    set(wanted, refusal) {
      const now = clock.monotonic();
      for (const [key, { until }] of refusals) if (until <= now) refusals.delete(key);
      refusals.set(keyOf(wanted), { refusal, until: now + REMEMBERED_MS });
    },
  };
}
