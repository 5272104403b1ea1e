/** How long things take in the election. All in milliseconds. */
export interface LeaseTiming {
  /** Others wait for so long after the record last changed before they take a lease that was not released. */
  readonly leaseDuration: number;
  /** A term ends when so long has passed since the last renewal that succeeded was sent. */
  readonly renewDeadline: number;
  /** From one renewal to the next. */
  readonly retryPeriod: number;
  /** A candidate looks at least so often: it bounds how long a lease that was released lies idle. */
  readonly pollPeriod: number;
}

/**
 * client-go's defaults; but a candidate looks more often than there, which leaves most of two seconds for the rest of a
 * handover: the end of the old leader's work, and the new one's first publication.
 */
export const DEFAULT_LEASE_TIMING: LeaseTiming = {
  leaseDuration: 15_000,
  renewDeadline: 10_000,
  retryPeriod: 2000,
  pollPeriod: 500,
};

/** client-go spreads retries over so many more periods. */
export const JITTER = 1.2;

/** The durations do not leave a leader the time to notice that it must stop. */
export class LeaseTimingError extends Error {
  override name = "LeaseTimingError";
}

/**
 * client-go's rules: a lease outlasts the renew deadline, and that one several tries.
 *
 * @throws LeaseTimingError
 */
export function checkedTiming(given: Partial<LeaseTiming> = {}): LeaseTiming {
  const timing = { ...DEFAULT_LEASE_TIMING, ...given };
  const { leaseDuration, renewDeadline, retryPeriod, pollPeriod } = timing;
  if (!(leaseDuration > renewDeadline)) {
    throw new LeaseTimingError(
      `leaseDuration is ${leaseDuration} ms; it must be more than renewDeadline, ${renewDeadline} ms`,
    );
  }
  if (!(renewDeadline > JITTER * retryPeriod)) {
    throw new LeaseTimingError(
      `renewDeadline is ${renewDeadline} ms; it must be more than ${JITTER} times retryPeriod, ${retryPeriod} ms`,
    );
  }
  if (!(retryPeriod > 0 && pollPeriod > 0)) {
    throw new LeaseTimingError(
      `retryPeriod is ${retryPeriod} ms and pollPeriod ${pollPeriod} ms; both must be more than 0`,
    );
  }
  return timing;
}
