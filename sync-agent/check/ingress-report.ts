import type { Ingress } from "../cluster/state.ts";
import type { Annotation } from "../compile/annotations/annotation.ts";
import { GROUPS } from "../compile/annotations/groups.ts";
import { classNameOf } from "../compile/class-selection.ts";
import type { Warning, WarningReason } from "../warning.ts";
import type { Approximation, Finding, IngressReport } from "./report.ts";

/** What is said and harms nothing: the Ingress is served, as far as it can be told, as it was before. */
const HARMLESS: ReadonlySet<WarningReason> = new Set<WarningReason>([
  "AnnotationIgnored",
  "AnnotationWithoutEffect",
  "CanaryWithoutMain",
  "CertificateChainDisordered",
  "CertificateConflict",
  "CertificateExpired",
  "CertificateExpiring",
  "CertificateInvalid",
  "CertificateMismatch",
  "ObjectDuplicate",
  "PathConflict",
  "SecretInvalid",
  "SecretNotFound",
]);

/**
 * @param ingress `undefined` for one that could not even be read
 * @param warnings of this Ingress
 */
export function reportOf(
  key: string,
  ingress: Ingress | undefined,
  warnings: readonly Warning[],
): IngressReport {
  const refused = warnings.filter(({ reason }) => !HARMLESS.has(reason)).map(findingOf);
  const notes = warnings.filter(({ reason }) => HARMLESS.has(reason)).map(findingOf);
  const said = new Set(warnings.map(({ field }) => field));
  const written = ingress === undefined ? [] : writtenAnnotations(ingress);
  const sound = written.filter(({ name }) => !said.has(`metadata.annotations[${name}]`));
  const approximated = sound.flatMap(({ name, text, annotation }) => approximationOf(name, text, annotation));
  const differing = new Set(approximated.map(({ annotation }) => annotation));
  const isServed = refused.length === 0;
  return {
    ingress: key,
    class: ingress && classNameOf(ingress),
    hosts: new Set(ingress?.rules.map(({ host }) => host)).size,
    paths: ingress?.rules.reduce((sum, { paths }) => sum + paths.length, 0) ?? 0,
    verdict: !isServed ? "change" : approximated.length + notes.length > 0 ? "notes" : "served",
    annotations: sound.map(({ name }) => name).filter((name) => !differing.has(name)),
    approximated,
    notes,
    refused,
  };
}

function findingOf({ field, reason, message, remedy }: Warning): Finding {
  return { field, reason, message, remedy };
}

interface Written {
  readonly name: string;
  readonly text: string;
  readonly annotation: Annotation<unknown>;
}

/** The annotations of an Ingress that are served, in the order of docs/annotations.md. */
function writtenAnnotations({ metadata }: Ingress): Written[] {
  return GROUPS.flatMap(({ annotations }) => annotations).flatMap((annotation) =>
    [annotation.name, annotation.alias].flatMap((name) => {
      const text = name === undefined ? undefined : metadata.annotations[name];
      return name === undefined || text === undefined ? [] : [{ name, text, annotation }];
    }),
  );
}

function approximationOf(name: string, text: string, { reference }: Annotation<unknown>): Approximation[] {
  const { difference, differsFor } = reference;
  if (difference === undefined || differsFor?.(text) === false) return [];
  return [{ annotation: name, difference }];
}
