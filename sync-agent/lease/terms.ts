import type { Clock } from "../clock.ts";
import type { Term } from "../leadership.ts";

/** The one place that begins and ends terms. At most one is on. */
export interface Terms {
  /** `undefined` once the deadline has passed, also when the event loop was too busy to run any timer. */
  current(): Term | undefined;
  /**
   * The Lease is ours. Begins a term, or extends the one that is on; but when the answer took so long that the deadline
   * has passed already, it ends.
   *
   * @param sentAt when the request was sent: others cannot have seen it before, and count from later.
   */
  confirmed(sentAt: number): void;
  end(why: string): void;
}

export interface TermsOptions {
  readonly renewDeadline: number;
  readonly clock: Clock;
  readonly began: () => void;
  readonly ended: (why: string) => void;
}

export function createTerms({ renewDeadline, clock, began, ended }: TermsOptions): Terms {
  let on: { readonly abort: AbortController; readonly term: Term } | undefined;
  let until = Number.NEGATIVE_INFINITY;
  let callOff = () => {};

  function end(why: string): void {
    callOff();
    if (on === undefined) return;
    const { abort } = on;
    on = undefined;
    abort.abort(new Error(`this agent no longer leads: ${why}`));
    ended(why);
  }

  function endWhenOver(): void {
    if (clock.monotonic() >= until) end(`the lease could not be renewed for ${renewDeadline} ms`);
  }

  /** Timers may go off a little early. */
  function watch(): void {
    endWhenOver();
    if (on !== undefined) callOff = clock.after(Math.max(1, until - clock.monotonic()), watch);
  }

  return {
    current() {
      endWhenOver();
      return on?.term;
    },
    confirmed(sentAt) {
      endWhenOver();
      until = sentAt + renewDeadline;
      endWhenOver();
      if (clock.monotonic() >= until) return;
      const isFirst = on === undefined;
      if (on === undefined) {
        const abort = new AbortController();
        on = { abort, term: { signal: abort.signal } };
      }
      callOff();
      watch();
      if (isFirst) began();
    },
    end,
  };
}
