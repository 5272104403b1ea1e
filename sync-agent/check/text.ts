/** A check's report for people. */
import { NGINX_PREFIX } from "../compile/annotations/annotation.ts";
import { compareText } from "../compile/text-order.ts";
import type { CorefileReport } from "./corefile-report.ts";
import type { CheckReport, Finding, IngressReport, Verdict } from "./report.ts";

const VERDICTS: Readonly<Record<Verdict, string>> = {
  served: "served as it is",
  notes: "served, with notes",
  change: "needs a change",
};

/** An Ingress a paragraph, then what its approximations mean, then the sum. Ends in a new line. */
export function reportText(report: CheckReport): string {
  const lines = report.ingresses.flatMap(ingressLines);
  lines.push(...differenceLines(report), ...report.corefiles.flatMap(corefileLines));
  if (report.others.length > 0) {
    lines.push("", "Besides:");
    for (const { object, ...finding } of report.others) {
      lines.push(...findingLines({ ...finding, field: `${object}, ${finding.field}` }));
    }
  }
  const isOfCorefiles = report.ingresses.length === 0 && report.corefiles.length > 0;
  const summary = isOfCorefiles ? [] : ["", summaryText(report)];
  return `${[...lines, ...summary].join("\n").trimStart()}\n`;
}

/** `187 Ingresses: 181 served as they are, 4 with notes, 2 need a change`. */
export function summaryText({ summary }: CheckReport): string {
  const { ingresses, served, notes, change } = summary;
  const noun = ingresses === 1 ? "Ingress" : "Ingresses";
  return (
    `${ingresses} ${noun}: ${served} served as ${served === 1 ? "it is" : "they are"}, ` +
    `${notes} with notes, ${change} ${change === 1 ? "needs" : "need"} a change`
  );
}

function ingressLines(report: IngressReport): string[] {
  const { ingress, verdict, annotations, approximated, notes, refused } = report;
  const names = (all: readonly string[]) => all.map(shortName).join(", ");
  return [
    `Ingress ${ingress} (${shapeOf(report)}): ${VERDICTS[verdict]}`,
    ...(annotations.length > 0 ? [`  served: ${names(annotations)}`] : []),
    ...(approximated.length > 0
      ? [`  approximated: ${names(approximated.map(({ annotation }) => annotation))}`]
      : []),
    ...sectionLines("note", notes),
    ...sectionLines("refused", refused),
  ];
}

function corefileLines({ corefile, verdict, servers, notes, refused }: CorefileReport): string[] {
  return [
    "",
    `Corefile of ${corefile}: ${VERDICTS[verdict]}`,
    ...servers.map(({ zones, plugins }) => `  served: ${zones.join(" ")} (${plugins.join(", ")})`),
    ...sectionLines("note", notes),
    ...sectionLines("refused", refused),
  ];
}

function shapeOf({ class: className, hosts, paths }: IngressReport): string {
  const count = (n: number, noun: string) => `${n} ${noun}${n === 1 ? "" : "s"}`;
  return `${className === undefined ? "no class" : `class ${className}`}, ${count(hosts, "host")}, ${count(paths, "path")}`;
}

function sectionLines(title: string, findings: readonly Finding[]): string[] {
  return findings.flatMap((finding) => {
    const [first = "", ...rest] = findingLines(finding);
    return [`  ${title}: ${first.trim()}`, ...rest];
  });
}

function findingLines({ field, message, remedy }: Finding): string[] {
  return [
    `  ${field.replace(/^metadata\.annotations\[(.*)\]$/, (_, name: string) => shortName(name))}`,
    `    ${message}`,
    `    ${remedy}`,
  ];
}

/** What stands for an annotation is said once, however many Ingresses have it. */
function differenceLines({ ingresses }: CheckReport): string[] {
  const users = new Map<string, { difference: string; count: number }>();
  for (const { annotation, difference } of ingresses.flatMap(({ approximated }) => approximated)) {
    const known = users.get(annotation) ?? { difference, count: 0 };
    users.set(annotation, { ...known, count: known.count + 1 });
  }
  if (users.size === 0) return [];
  const sorted = [...users].toSorted(([a], [b]) => compareText(a, b));
  return [
    "",
    "How approximated annotations differ from ingress-nginx:",
    ...sorted.flatMap(([annotation, { difference, count }]) => [
      `  ${shortName(annotation)} (${count === 1 ? "1 Ingress" : `${count} Ingresses`})`,
      `    ${difference}`,
    ]),
  ];
}

/** The prefix of nearly all of them says nothing. */
function shortName(name: string): string {
  return name.startsWith(NGINX_PREFIX) ? name.slice(NGINX_PREFIX.length) : name;
}
