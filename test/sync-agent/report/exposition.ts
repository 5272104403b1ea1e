/** Reads Prometheus's text format (its "Exposition formats" page), as far as the tests need it. */

export interface Family {
  readonly type: string;
  readonly help: string;
  /** Label names without `le`, in the order of their first appearance. */
  readonly labels: readonly string[];
}

export interface Exposition {
  readonly families: ReadonlyMap<string, Family>;
  /** By name and labels as they stand: `lintel_agent_objects{kind="Pod"}`. */
  readonly samples: ReadonlyMap<string, number>;
}

export function readExposition(text: string): Exposition {
  const families = new Map<string, { type: string; help: string; labels: string[] }>();
  const samples = new Map<string, number>();
  for (const line of text.split("\n")) {
    const [, comment, name = "", rest = ""] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (comment === "HELP") families.set(name, { type: "", help: rest, labels: [] });
    const family = families.get(name);
    if (comment === "TYPE" && family !== undefined) family.type = rest;
    const [, sample, base = "", , labels = "", value] = /^((\w+)(\{(.*)\})?) (\S+)$/.exec(line) ?? [];
    if (sample === undefined) continue;
    samples.set(sample, Number(value));
    const owner = families.get(base) ?? families.get(base.replace(/_(bucket|sum|count)$/, ""));
    for (const [, label = ""] of labels.matchAll(/(\w+)="/g)) {
      if (label !== "le" && owner?.labels.includes(label) === false) owner.labels.push(label);
    }
  }
  return { families, samples };
}
