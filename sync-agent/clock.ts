/** Time as the agent uses it, so that tests can hold it still. */
export interface Clock {
  /** Milliseconds since 1970. An operator or a time server may set it back. */
  now(): number;
  /** Milliseconds since some moment, never going back: for delays. */
  monotonic(): number;
  /** Runs `task` once after `ms` milliseconds; the function it gives calls that off. */
  after(ms: number, task: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};
