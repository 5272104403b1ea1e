/** Annotations of ingress-nginx. None is honoured yet; what that means is said, and never opens what one closes. */
import type { Ingress } from "../cluster/state.ts";
import type { Warning } from "../warning.ts";
import { claimSource } from "./objects.ts";
import { compareText } from "./text-order.ts";

const PREFIX = "nginx.ingress.kubernetes.io/";

/** Those that keep somebody out (ingress-nginx annotations: authentication, source ranges). */
const RESTRICTING: ReadonlySet<string> = new Set(
  [
    "auth-type",
    "auth-url",
    "auth-tls-secret",
    "whitelist-source-range",
    "allowlist-source-range",
    "denylist-source-range",
  ].map((name) => PREFIX + name),
);

export interface AnnotationReading {
  /** Whether the Ingress restricts access in a way that is not honoured: then it must not be served. */
  readonly isClosed: boolean;
  readonly warnings: readonly Warning[];
}

export function readAnnotations({ metadata }: Ingress): AnnotationReading {
  const { object } = claimSource("Ingress", metadata);
  const names = Object.keys(metadata.annotations)
    .filter((name) => name.startsWith(PREFIX))
    .toSorted(compareText);
  const restricting = names.filter((name) => RESTRICTING.has(name));
  const others = names.filter((name) => !RESTRICTING.has(name));
  const warnings: Warning[] = [];
  if (restricting.length > 0) {
    warnings.push({
      object,
      field: "metadata.annotations",
      reason: "AnnotationRefused",
      message: `${restricting.join(", ")} cannot be honoured yet, and would leave open what is meant to be closed; the Ingress's requests are answered with 503.`,
      remedy: "Restrict access elsewhere, and take the annotation out.",
    });
  }
  if (others.length > 0) {
    warnings.push({
      object,
      field: "metadata.annotations",
      reason: "AnnotationIgnored",
      message: `${others.join(", ")} ${others.length === 1 ? "is" : "are"} not honoured yet; the Ingress is served without.`,
      remedy: "Check that the Ingress does what it should without, or take the annotation out.",
    });
  }
  return { isClosed: restricting.length > 0, warnings };
}
