/** Label selectors, as `kubectl -l` and CoreDNS's `labels` have them: `app=web, tier in (a, b), !old`. */

export interface LabelSelector {
  readonly requirements: readonly Requirement[];
}

interface Requirement {
  readonly label: string;
  readonly operator: "in" | "notin" | "exists" | "absent";
  readonly values: readonly string[];
}

const MAX_LENGTH = 10_000;
const LABEL = String.raw`[A-Za-z0-9](?:[A-Za-z0-9._/-]*[A-Za-z0-9])?`;
const VALUE = String.raw`(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)?`;
const EQUALITY = new RegExp(String.raw`^(${LABEL})\s*(==|=|!=)\s*(${VALUE})$`);
const SET = new RegExp(String.raw`^(${LABEL})\s+(in|notin)\s*\(([^()]*)\)$`);
const EXISTENCE = new RegExp(String.raw`^(!?)\s*(${LABEL})$`);

/** `undefined` for what is no selector. An empty one selects everything. */
export function readLabelSelector(text: string): LabelSelector | undefined {
  if (text.trim() === "") return { requirements: [] };
  if (text.length > MAX_LENGTH) return undefined;
  const requirements: Requirement[] = [];
  // Commas between parentheses separate values.
  for (const part of text.split(/,(?![^(]*\))/)) {
    const requirement = readRequirement(part.trim());
    if (requirement === undefined) return undefined;
    requirements.push(requirement);
  }
  return { requirements };
}

function readRequirement(text: string): Requirement | undefined {
  const [, label, sign, value = ""] = EQUALITY.exec(text) ?? [];
  if (label !== undefined) return { label, operator: sign === "!=" ? "notin" : "in", values: [value] };
  const [, ofSet, word, list = ""] = SET.exec(text) ?? [];
  if (ofSet !== undefined) {
    const values = list.split(",").map((part) => part.trim());
    const isValid = values.every((part) => new RegExp(`^${VALUE}$`).test(part));
    return isValid ? { label: ofSet, operator: word === "in" ? "in" : "notin", values } : undefined;
  }
  const [, not, bare] = EXISTENCE.exec(text) ?? [];
  return bare === undefined
    ? undefined
    : { label: bare, operator: not === "!" ? "absent" : "exists", values: [] };
}

/** A label that is not there is in no set of values (Kubernetes API, "Labels and Selectors"). */
export function selects({ requirements }: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  return requirements.every(({ label, operator, values }) => {
    const value = Object.hasOwn(labels, label) ? labels[label] : undefined;
    switch (operator) {
      case "in":
        return value !== undefined && values.includes(value);
      case "notin":
        return value === undefined || !values.includes(value);
      case "exists":
        return value !== undefined;
      case "absent":
        return value === undefined;
    }
  });
}
