/** Few figures of many. */

/** Of values in any order; `share` from 0 to 1. @throws RangeError for no values */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  if (value === undefined) throw new RangeError("no values to take a quantile of");
  return value;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/**
 * Measures several things in turns, so that a disturbance of the machine hits all alike, and gives the median of each.
 * `measures` are by name; each call gives one figure.
 */
export async function inTurns<Name extends string>(
  measures: Readonly<Record<Name, () => number | Promise<number>>>,
  rounds: number,
): Promise<Record<Name, number>> {
  const figures = new Map<Name, number[]>();
  const names = Object.keys(measures) as Name[];
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) {
      const all = figures.get(name) ?? [];
      all.push(await measures[name]());
      figures.set(name, all);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(figures.get(name) ?? [])])) as Record<
    Name,
    number
  >;
}
