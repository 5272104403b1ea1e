/** Who of several agents of one cluster may write. All of them watch and compile; one publishes and reports. */

/** One uninterrupted time of leading. */
export interface Term {
  /** Aborted when the lease is lost or given up: nothing may be written after. */
  readonly signal: AbortSignal;
}

export interface Leadership {
  /** Begins to compete. `onChange` is called whenever a term begins or ends. */
  start(onChange: () => void): void;
  /** The term that is on; `undefined` while somebody else leads, or nobody is known to. */
  term(): Term | undefined;
  /** Ends the term and lets the next one lead at once. Resolves when that is written, or has failed. */
  close(): Promise<void>;
}

/** For an agent that has no rivals: it leads from the beginning. */
export function soleLeadership(): Leadership {
  const ended = new AbortController();
  const term: Term = { signal: ended.signal };
  return {
    start: () => {},
    term: () => (ended.signal.aborted ? undefined : term),
    async close() {
      ended.abort();
    },
  };
}
