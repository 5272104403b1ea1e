/** docs/annotations.md, from the annotations themselves. */
import { VARIABLE_NAMES } from "../../../contract/index.ts";
import { type Annotation, NGINX_PREFIX, type OnBadValue, OWN_PREFIX } from "./annotation.ts";
import { FOLLOWED } from "./controller-settings.ts";
import type { AnnotationGroup } from "./group.ts";
import { GROUPS } from "./groups.ts";
import { REFUSED, WITHOUT_EFFECT } from "./unserved.ts";

const INTRODUCTION = `# Annotations

This page is generated from \`sync-agent/compile/annotations/\` (\`npm run golden\` writes it anew).

Names without a prefix are ingress-nginx's, and are written with \`${NGINX_PREFIX}\` before them; \`${OWN_PREFIX}\` is the
prefix of those that ingress-nginx never had. Values are strings: numbers and booleans stand in quotes.

Where a default depends on the class, an adopted class (\`--adopt-class nginx\`) has ingress-nginx's, so that its Ingresses
are served unchanged, and class \`lintel\` has what the Ingress specification says and no more.

\`lintel check\` says of manifests what of them is served as it is, what is approximated, and what is refused.

## Values that cannot be read

An annotation whose value cannot be read is a warning that names the object, the annotation, the value and what to do.
What is served then, the column "if bad" says:

${table(
  ["if bad", "what is served"],
  [
    ["ignored", "the Ingress, as if the annotation were not there"],
    ["kept", "what the Ingress meant before; without that its requests are answered with 503"],
    ["denied", "nothing: requests are answered with 403, since the annotation restricts who may come in"],
    ["closed", "nothing: requests are answered with 503, since the annotation restricts who may come in"],
    ["nobody", "the Ingress, without letting other origins read its responses"],
  ],
)}

A name that is in none of the lists of this page is a warning too, with the name that may have been meant.`;

const IF_BAD: Readonly<Record<OnBadValue, string>> = {
  ignore: "ignored",
  keep: "kept",
  deny: "denied",
  close: "closed",
};

/** Markdown, not formatted yet. */
export function referencePage(): string {
  return [
    INTRODUCTION,
    ...GROUPS.map(groupSection),
    `## Accepted, without effect

They tune a proxy that an edge does not have. An Ingress that has them is served as it is meant, with a note.

${table(
  ["annotation", "why"],
  WITHOUT_EFFECT.map(({ names, reason }) => [names.map(code).join(", "), reason]),
)}`,
    `## nginx's variables

Where a value may hold nginx's variables, these are known; any other is a warning, and stands for an empty text (in
\`auth-cache-key\` and \`upstream-hash-by\` the whole annotation is ignored then).

${VARIABLE_NAMES.filter((name) => !name.startsWith("redirect_"))
  .map((name) => code(`$${name}`))
  .join(
    ", ",
  )}, and ${["$arg_…", "$cookie_…", "$http_…"].map(code).join(", ")} for an argument of the query, a cookie and a header.
Where the path is a regular expression, \`$1\` to \`$9\` are its groups.`,
    `## Settings of ingress-nginx's own ConfigMap

What the controller's ConfigMap says (\`--controller-config\`, \`ingress-nginx/ingress-nginx-controller\` unless given) holds for
Ingresses of adopted classes that say nothing else. A setting that cannot be read is a warning at the ConfigMap; one that
restricts who may come in closes the Ingresses that it would hold for. Settings that would change how requests are
answered, and are not in this list, are named in a warning; those that tune nginx are passed over.

${table(
  ["keys", "stand for"],
  FOLLOWED.map(([keys, annotation]) => [keys.map(code).join(", "), annotation]),
)}`,
    `## Refused

They have no equivalent here, or not one that is safe to guess. The Ingress is served without them and with a warning; it is
closed (503) where it would be more open without.

${table(
  ["annotation", "why", "instead", "closes the Ingress"],
  REFUSED.map(({ names, problem, remedy, closing }) => [
    names.map(code).join(", "),
    `${problem}.`,
    remedy,
    closing,
  ]),
)}`,
    "",
  ].join("\n\n");
}

function groupSection({ title, annotations }: AnnotationGroup): string {
  const rows = annotations.map((annotation) => {
    const {
      type,
      default: fallback,
      example,
      ifBad,
      onBadValue,
    } = {
      ...annotation.reference,
      ...annotation,
    };
    return [nameOf(annotation), type, fallback, code(example), ifBad?.word ?? IF_BAD[onBadValue]];
  });
  return [
    `## ${title}`,
    table(["annotation", "value", "default", "example", "if bad"], rows),
    annotations.map(entry).join("\n"),
  ].join("\n\n");
}

function entry(annotation: Annotation<unknown>): string {
  const { text, difference } = annotation.reference;
  const differing = difference === undefined ? "" : ` _Not as in ingress-nginx:_ ${difference}`;
  return `- **${code(short(annotation.name))}**: ${text}${differing}`;
}

function nameOf({ name, alias }: Annotation<unknown>): string {
  return alias === undefined ? code(short(name)) : `${code(short(name))}, older ${code(short(alias))}`;
}

function short(name: string): string {
  return name.startsWith(NGINX_PREFIX) ? name.slice(NGINX_PREFIX.length) : name;
}

function code(text: string): string {
  return text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
