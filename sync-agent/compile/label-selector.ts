/** Label selectors as text: `env in (prod, test), tier!=web, !canary` (Kubernetes documentation, "Label selectors"). */

type Labels = Readonly<Record<string, string>>;

/** The text is no selector, or one that CoreDNS refuses (`>` and `<`). */
export class SelectorError extends Error {
  override name = "SelectorError";
  readonly remedy = "Write requirements such as env=prod, env in (prod, test), tier!=web, canary or !canary.";
}

export interface LabelSelector {
  /** As it was written. */
  readonly text: string;
  matches(labels: Labels): boolean;
}

type Requirement = (labels: Labels) => boolean;

const KEY = String.raw`[A-Za-z0-9](?:[A-Za-z0-9._/-]*[A-Za-z0-9])?`;
const VALUE = String.raw`(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)?`;
const SET = new RegExp(String.raw`^(${KEY})\s+(in|notin)\s*\(([^()]*)\)$`);
const EQUALITY = new RegExp(String.raw`^(${KEY})\s*(==?|!=)\s*(${VALUE})$`);
const EXISTENCE = new RegExp(String.raw`^(!?)\s*(${KEY})$`);
const WHOLE_VALUE = new RegExp(`^${VALUE}$`);

/** @throws SelectorError */
export function parseLabelSelector(text: string): LabelSelector {
  // Commas inside of parentheses part values.
  const parts = text.trim() === "" ? [] : text.split(/,(?![^()]*\))/);
  const requirements = parts.map((part) => requirementOf(part.trim()));
  return { text, matches: (labels) => requirements.every((requirement) => requirement(labels)) };
}

function requirementOf(text: string): Requirement {
  const [, setKey = "", operator, list = ""] = SET.exec(text) ?? [];
  if (operator !== undefined) return oneOf(setKey, valuesOf(text, list), operator === "in");
  const [, key = "", comparison, value = ""] = EQUALITY.exec(text) ?? [];
  if (comparison !== undefined) return oneOf(key, [value], comparison !== "!=");
  const [, negation, name] = EXISTENCE.exec(text) ?? [];
  if (name === undefined) throw new SelectorError(`"${text}" is no requirement on labels`);
  return (labels) => Object.hasOwn(labels, name) === (negation === "");
}

function valuesOf(text: string, list: string): string[] {
  const values = list.split(",").map((value) => value.trim());
  if (values.every((value) => WHOLE_VALUE.test(value))) return values;
  throw new SelectorError(`"${text}" has a value that no label can have`);
}

/** A label that is missing is none of the values. */
function oneOf(key: string, values: readonly string[], isWanted: boolean): Requirement {
  return (labels) => (Object.hasOwn(labels, key) && values.includes(labels[key] ?? "")) === isWanted;
}
