/** What there is to say of a Corefile that is served. */
import type { Place } from "./source.ts";

export interface Finding {
  /** `note`: it has no effect here, and harms nothing. `ignored`: something is not served. `zone`: a zone file is refused. */
  readonly kind: "note" | "ignored" | "zone";
  readonly place: Place;
  /** A sentence. */
  readonly message: string;
  readonly remedy: string;
}

export const NOTHING_TO_DO = "Nothing: it may stay for CoreDNS.";
