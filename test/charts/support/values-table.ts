/** The table of the chart's values, made of values.yaml and its `# --` comments. */
import { parse } from "yaml";

export interface DocumentedValue {
  /** `gateway.timeouts.idle`. */
  readonly path: string;
  readonly description: string;
  readonly value: unknown;
}

/** Those with a `# --` comment, in their order. */
export function documentedValues(yaml: string): DocumentedValue[] {
  const values: unknown = parse(yaml);
  const found: DocumentedValue[] = [];
  const parents: string[] = [];
  let description: string | undefined;
  for (const line of yaml.split("\n")) {
    const [, comment] = /^ *# -- (.*)$/.exec(line) ?? [];
    if (comment !== undefined) {
      description = comment;
      continue;
    }
    const [, indent, key] = /^( *)([A-Za-z][A-Za-z0-9]*):/.exec(line) ?? [];
    if (indent === undefined || key === undefined) continue;
    parents.splice(indent.length / 2);
    parents.push(key);
    if (description === undefined) continue;
    const path = parents.join(".");
    found.push({ path, description, value: at(values, parents) });
    description = undefined;
  }
  return found;
}

/** The paths of all values, of those that are no maps or empty ones. */
export function leaves(value: unknown, path = ""): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [path];
  const entries = Object.entries(value);
  return entries.length === 0
    ? [path]
    : entries.flatMap(([key, within]) => leaves(within, path === "" ? key : `${path}.${key}`));
}

export function valuesTable(values: readonly DocumentedValue[]): string {
  const rows = values.map(
    ({ path, description, value }) => `| \`${path}\` | ${description} | \`${JSON.stringify(value)}\` |`,
  );
  return ["| value | what it is | default |", "| --- | --- | --- |", ...rows].join("\n");
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((within, key) => (within as Readonly<Record<string, unknown>>)[key], value);
}
