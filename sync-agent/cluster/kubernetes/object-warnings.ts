/** Objects of the cluster that cannot be read, as warnings. */
import type { Warning } from "../../warning.ts";
import type { InvalidObject, Section } from "./section.ts";

export function objectWarnings(sections: Iterable<Section>): Warning[] {
  const warnings: Warning[] = [];
  for (const section of sections) {
    const { kind } = section.resource;
    for (const [key, object] of section.invalid()) warnings.push(...warningsOf(kind, key, object));
  }
  return warnings;
}

function warningsOf(kind: string, key: string, { problems, kept }: InvalidObject): Warning[] {
  const [namespace, name] = key.split("/");
  const within = namespace === "" ? "" : ` --namespace ${namespace}`;
  const outcome = kept ? "What was valid last stays served." : "The object is not served.";
  return problems.map(({ field, message }) => ({
    object: `${kind} ${key.startsWith("/") ? key.slice(1) : key}`,
    field,
    reason: "ObjectInvalid",
    message: `\`${field}\` ${message}. ${outcome}`,
    remedy: `Correct the field: \`kubectl edit ${kind.toLowerCase()} ${name}${within}\`.`,
  }));
}
