/** Prometheus's text format, version 0.0.4. */

export interface Family {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  /** Their names, without `le`. */
  readonly labels: readonly string[];
  readonly help: string;
}

/** One line of a family: the values of its labels in their order, and its own. */
export type Sample = readonly [labels: readonly string[], value: number];

export function familyText({ name, type, labels, help }: Family, samples: Iterable<Sample>): string {
  let text = `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
  for (const [values, value] of samples) text += `${name}${labelText(labels, values)} ${value}\n`;
  return text;
}

export interface Histogram {
  readonly labels: readonly string[];
  /** Not cumulative; one more than there are bounds. */
  readonly counts: ArrayLike<number>;
  readonly sum: number;
}

/** @param bounds upper ones of the classes, in the unit of the name */
export function histogramText(
  { name, labels, help }: Family,
  bounds: readonly number[],
  histograms: Iterable<Histogram>,
): string {
  let text = `# HELP ${name} ${help}\n# TYPE ${name} histogram\n`;
  const withBound = [...labels, "le"];
  for (const { labels: values, counts, sum } of histograms) {
    let total = 0;
    for (const [index, bound] of [...bounds, "+Inf"].entries()) {
      total += counts[index] ?? 0;
      text += `${name}_bucket${labelText(withBound, [...values, String(bound)])} ${total}\n`;
    }
    const own = labelText(labels, values);
    text += `${name}_sum${own} ${sum}\n${name}_count${own} ${total}\n`;
  }
  return text;
}

function labelText(names: readonly string[], values: readonly string[]): string {
  if (names.length === 0) return "";
  return `{${names.map((name, index) => `${name}="${escaped(values[index] ?? "")}"`).join(",")}}`;
}

function escaped(value: string): string {
  return value
    .replaceAll("\\", String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll("\n", String.raw`\n`);
}
