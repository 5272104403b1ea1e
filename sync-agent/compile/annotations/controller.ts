/** ingress-nginx's own ConfigMap: what holds for all Ingresses of adopted classes that say nothing else. */
import { type ConfigMap, type Ingress, objectKey } from "../../cluster/state.ts";
import type { Warning } from "../../warning.ts";
import { type Annotation, BadValue } from "./annotation.ts";
import { type ControllerTexts, controllerTexts } from "./controller-settings.ts";
import { readOwnAuth } from "./external-auth.ts";
import type { AnnotationContext, Controller } from "./group.ts";
import { GROUPS } from "./groups.ts";
import { AnnotationReader } from "./reader.ts";
import { oneOf, ranges } from "./values.ts";

export interface ControllerReading {
  readonly controller: Controller;
  readonly warnings: readonly Warning[];
}

export function readController(
  configMap: ConfigMap,
  context: Omit<AnnotationContext, "ingress" | "controller" | "defaults">,
): ControllerReading {
  const object = nameOf(configMap);
  const texts = controllerTexts(configMap);
  const warnings: Warning[] = [];
  const defaults: Record<string, string> = {};
  for (const [name, text] of Object.entries(texts.defaults)) {
    const annotation = ANNOTATIONS.get(name);
    const problem = annotation && problemOf(annotation, text);
    if (annotation === undefined) continue;
    if (problem === undefined || annotation.onBadValue !== "ignore") defaults[name] = text;
    if (problem === undefined) continue;
    const closes = annotation.onBadValue !== "ignore";
    const consequence = closes
      ? "Ingresses that do not say otherwise refuse their requests"
      : "it is not followed";
    warnings.push({
      object,
      field: `data[${texts.keys[name] ?? name}]`,
      reason: closes ? "AnnotationRefused" : "AnnotationIgnored",
      message: `"${text}" ${problem.message}; ${consequence}.`,
      remedy: problem.remedy,
    });
  }
  for (const key of texts.unread) {
    warnings.push({
      object,
      field: `data[${key}]`,
      reason: "AnnotationIgnored",
      message: "This setting is not followed.",
      remedy: "See docs/annotations.md for the settings that are, and for what may be written at Ingresses.",
    });
  }
  const { globalAuth, problems } = readGlobalAuth(configMap, texts, context);
  const { data } = configMap;
  const blocked = readSetting(configMap, "block-cidrs", ranges, "all requests are refused");
  const status = readSetting(configMap, "http-redirect-code", redirectStatus, "it is not followed");
  const controller: Controller = {
    defaults,
    globalAuth,
    blocked: blocked.value ?? (isWritten(data["block-cidrs"]) ? EVERYBODY : undefined),
    redirectStatus: status.value,
  };
  return { controller, warnings: [...warnings, ...problems, ...blocked.warnings, ...status.warnings] };
}

const EVERYBODY = ["0.0.0.0/0", "::/0"];

/** As ingress-nginx has them. */
function redirectStatus(text: string): number {
  return Number(oneOf("301", "302", "307", "308")(text));
}

/** An empty value is the default, as in ingress-nginx. */
function isWritten(text: string | undefined): text is string {
  return text !== undefined && text.trim() !== "";
}

/** One that is no annotation's default. */
function readSetting<T>(
  configMap: ConfigMap,
  key: string,
  read: (text: string) => T,
  consequence: string,
): { readonly value?: T; readonly warnings: readonly Warning[] } {
  const text = configMap.data[key];
  if (!isWritten(text)) return { warnings: [] };
  try {
    return { value: read(text), warnings: [] };
  } catch (error) {
    if (!(error instanceof BadValue)) throw error;
    const warning: Warning = {
      object: nameOf(configMap),
      field: `data[${key}]`,
      reason: "AnnotationRefused",
      message: `"${text}" ${error.message}; ${consequence}.`,
      remedy: error.remedy,
    };
    return { warnings: [warning] };
  }
}

function readGlobalAuth(
  configMap: ConfigMap,
  { globalAuth, keys }: ControllerTexts,
  context: Omit<AnnotationContext, "ingress" | "controller" | "defaults">,
): { readonly globalAuth: Controller["globalAuth"]; readonly problems: readonly Warning[] } {
  if (Object.keys(globalAuth).length === 0) return { globalAuth: undefined, problems: [] };
  const reader = new AnnotationReader(nameOf(configMap), globalAuth);
  const ingress = inPlaceOf(configMap);
  const auth = readOwnAuth(reader, { ...context, ingress, defaults: "nginx" });
  const problems = reader.warnings.map((warning) => {
    const [, name = ""] = /^metadata\.annotations\[(.*)\]$/.exec(warning.field) ?? [];
    return { ...warning, field: `data[${keys[name] ?? name}]` };
  });
  // A bad header list or method is as bad as a bad URL: who would be let in is not known.
  const isClosed = auth === undefined || reader.outcome === "close";
  return { globalAuth: isClosed ? "closed" : auth, problems };
}

function nameOf({ metadata }: ConfigMap): string {
  return `ConfigMap ${objectKey(metadata)}`;
}

const ANNOTATIONS: ReadonlyMap<string, Annotation<unknown>> = new Map(
  GROUPS.flatMap(({ annotations }) => annotations).map((annotation) => [annotation.name, annotation]),
);

function problemOf(annotation: Annotation<unknown>, text: string): BadValue | undefined {
  try {
    annotation.read(text);
    return undefined;
  } catch (error) {
    if (error instanceof BadValue) return error;
    throw error;
  }
}

/** Names without a namespace are meant in that of the ConfigMap. */
function inPlaceOf({ metadata }: ConfigMap): Ingress {
  return { metadata, ingressClassName: undefined, defaultBackend: undefined, rules: [], tls: [] };
}
