/** What all annotations of one Ingress say together. */
import type { Filters } from "../../../contract/index.ts";
import type { Warning } from "../../warning.ts";
import { claimSource } from "../objects.ts";
import { type OnBadValue, OWN_PREFIX } from "./annotation.ts";
import type { AnnotationContext, GroupReading } from "./group.ts";
import { GROUPS } from "./groups.ts";
import { AnnotationReader, quoted } from "./reader.ts";
import { unknownRemedy } from "./unknown.ts";
import { type Refusal, refusalOf, withoutEffect } from "./unserved.ts";

export interface AnnotationReading extends Omit<GroupReading, "filters"> {
  readonly filters: Filters;
  /** The gravest consequence of a bad value, or of an annotation that is not served. */
  readonly outcome: OnBadValue | undefined;
  readonly warnings: readonly Warning[];
}

export function readAnnotations(context: AnnotationContext): AnnotationReading {
  const { metadata } = context.ingress;
  const { object } = claimSource("Ingress", metadata);
  const reader = new AnnotationReader(object, metadata.annotations, context.controller?.defaults);
  const filters: Filters = {};
  const rest: Omit<GroupReading, "filters"> = {};
  for (const group of GROUPS) {
    const { filters: own, ...others } = group.read(reader, context);
    Object.assign(filters, own);
    Object.assign(rest, others);
  }
  const warnings = [...reader.warnings];
  // A form to keep may be there or not; without one, nothing but refusing is safe.
  let isClosed = reader.outcome === "close" || reader.outcome === "keep";
  let { outcome } = reader;
  for (const name of reader.leftOver()) {
    const value = metadata.annotations[name] ?? "";
    const refusal = refusalOf(name, value);
    if (refusal === "off") continue;
    if (refusal?.closes) {
      isClosed = true;
      outcome = "close";
    }
    warnings.push({ object, field: `metadata.annotations[${name}]`, ...unserved(name, value, refusal) });
  }
  return {
    ...rest,
    filters: isClosed ? { ...filters, closed: true } : filters,
    outcome,
    warnings,
  };
}

function unserved(
  name: string,
  value: string,
  refusal: Refusal | undefined,
): Pick<Warning, "reason" | "message" | "remedy"> {
  if (refusal !== undefined) {
    const consequence = refusal.closes
      ? "the Ingress's requests are refused, since it restricts who may come in"
      : "the Ingress is served without it";
    return {
      reason: "AnnotationRefused",
      message: `${refusal.problem} (it says ${quoted(value)}); ${consequence}.`,
      remedy: refusal.remedy,
    };
  }
  const reason = withoutEffect(name);
  if (reason !== undefined) {
    return {
      reason: "AnnotationWithoutEffect",
      message: `It has no effect here; the Ingress is served as it is meant. ${reason}`,
      remedy: "Nothing needs to be done.",
    };
  }
  return {
    reason: "AnnotationIgnored",
    message: name.startsWith(OWN_PREFIX)
      ? "There is no such annotation; the Ingress is served without it."
      : "There is no such annotation, and none in ingress-nginx 1.15; the Ingress is served without it, as it was there.",
    remedy: unknownRemedy(name),
  };
}
