/** Upper bounds for whatever is timed, in seconds: from a compile of a few objects to a publish that is retried for minutes. */
export const SECONDS_BUCKETS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300,
];
