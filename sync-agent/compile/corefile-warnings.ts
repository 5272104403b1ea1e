import type { CorefileError } from "../corefile/error.ts";
import type { Finding } from "../corefile/finding.ts";
import { placeField } from "../corefile/source.ts";
import type { Warning, WarningReason } from "../warning.ts";

const REASONS: Readonly<Record<Finding["kind"], WarningReason>> = {
  note: "CorefileWithoutEffect",
  ignored: "CorefileIgnored",
  zone: "ZoneFileRefused",
};

export function findingWarning({ kind, place, message, remedy }: Finding): Warning {
  return { object: place.file.object, field: placeField(place), reason: REASONS[kind], message, remedy };
}

/** @param served what is served instead, a sentence */
export function refusalWarning({ place, problem, remedy }: CorefileError, served: string): Warning {
  const message = `The Corefile cannot be served: ${problem}. ${served}`;
  return { object: place.file.object, field: placeField(place), reason: "CorefileRefused", message, remedy };
}
