/** Durations by class: the same bounds in the time series, in metrics and on dashboards. */

/** Milliseconds, ascending; each is the longest of its class. One more class is for what takes longer. */
export const LATENCY_BOUNDS_MS: readonly number[] = [
  2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000,
];

/** The class of a duration. */
export function bucketOf(durationMs: number): number {
  let bucket = 0;
  for (const bound of LATENCY_BOUNDS_MS) {
    if (durationMs <= bound) return bucket;
    bucket++;
  }
  return bucket;
}

/**
 * What share `q` of the durations do not exceed, in milliseconds, as Prometheus's histogram_quantile() has it: evenly
 * spread within a class, and the highest bound for what is beyond it. `undefined` where nothing was counted.
 */
export function latencyQuantile(counts: readonly number[], q: number): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  const rank = q * total;
  let below = 0;
  for (const [bucket, count] of counts.entries()) {
    const to = LATENCY_BOUNDS_MS[bucket];
    if (to === undefined) break;
    if (count > 0 && below + count >= rank) {
      const from = LATENCY_BOUNDS_MS[bucket - 1] ?? 0;
      return from + ((to - from) * (rank - below)) / count;
    }
    below += count;
  }
  return LATENCY_BOUNDS_MS.at(-1);
}
