/** Label and field selectors (Kubernetes API concepts, "Field selectors"; apimachinery, labels and fields). */
import { EVENTS_GROUP, type Resource } from "./kinds.ts";
import { field, type KubeObject } from "./object.ts";
import { badRequest } from "./status.ts";

export type Selector = (object: KubeObject) => boolean;

/** @throws ApiError 400 for what is no selector, or names a field that the resource cannot be selected by. */
export function parseSelectors(resource: Resource, labels: string, fields: string): Selector {
  const tests = [
    ...splitTerms(labels).map(labelTerm),
    ...splitTerms(fields).map((term) => fieldTerm(resource, term)),
  ];
  return (object) => tests.every((test) => test(object));
}

/** What `metadata.name=x` among the terms asks for: authorisation takes it for the request's name. */
export function nameInFields(fields: string): string {
  return /(?:^|,)metadata\.name==?([^,=!]+)(?:,|$)/.exec(fields)?.[1] ?? "";
}

/** At the commas that are outside of parentheses. */
function splitTerms(selector: string): string[] {
  return selector
    .split(/,(?![^(]*\))/)
    .map((term) => term.trim())
    .filter((term) => term !== "");
}

const KEY = "[A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?";
const EXISTS = new RegExp(`^(!?)\\s*(${KEY})$`);
const EQUALS = new RegExp(`^(${KEY})\\s*(==|=|!=)\\s*([-A-Za-z0-9_.]*)$`);
const IN = new RegExp(`^(${KEY})\\s+(in|notin)\\s*\\(([^)]*)\\)$`);

function labelTerm(term: string): Selector {
  const exists = EXISTS.exec(term);
  if (exists !== null) {
    const [, not, key = ""] = exists;
    return ({ metadata }) => (metadata.labels?.[key] !== undefined) === (not === "");
  }
  const equals = EQUALS.exec(term);
  if (equals !== null) {
    const [, key = "", operator, value] = equals;
    return ({ metadata }) => (metadata.labels?.[key] === value) === (operator !== "!=");
  }
  const within = IN.exec(term);
  if (within !== null) {
    const [, key = "", operator, list = ""] = within;
    const values = new Set(list.split(",").map((value) => value.trim()));
    return ({ metadata }) => {
      const value = metadata.labels?.[key];
      return (value !== undefined && values.has(value)) === (operator === "in");
    };
  }
  throw badRequest(`unable to parse requirement: <nil>: Invalid value: "${term}"`);
}

const REFERENCE = ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"];

/** Besides `metadata.name` and `metadata.namespace`. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  Secret: ["type"],
  Service: ["spec.clusterIP", "spec.type"],
  Namespace: ["status.phase"],
  Pod: ["spec.nodeName", "spec.restartPolicy", "spec.serviceAccountName", "status.phase", "status.podIP"],
  Event: [
    "reason",
    "type",
    "reportingComponent",
    "source",
    ...REFERENCE.map((name) => `involvedObject.${name}`),
  ],
};

function fieldTerm(resource: Resource, term: string): Selector {
  const [, path = "", operator, value] = /^([^=!]+)(==|=|!=)(.*)$/.exec(term) ?? [];
  if (path === "") throw badRequest(`invalid selector: '${term}'; can't understand '${term}'`);
  const stored = resource.group === EVENTS_GROUP ? path.replace(/^regarding\./, "involvedObject.") : path;
  const common = ["metadata.name", ...(resource.namespaced ? ["metadata.namespace"] : [])];
  if (![...common, ...(FIELDS[resource.kind] ?? [])].includes(stored)) {
    throw badRequest(`field label not supported: ${path}`);
  }
  return (object) => {
    const found = field(object, stored);
    return ((typeof found === "string" ? found : "") === value) === (operator !== "!=");
  };
}
