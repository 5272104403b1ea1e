import type { Clock } from "../clock.ts";

/** A limit on how often something is done, as client-go's flow control has it: bursts pass, a steady rate remains. */
export interface TokenBucket {
  /** Takes a token and gives 0, or takes none and gives the milliseconds until there is one. */
  tryTake(): number;
  /** Resolves when it is the caller's turn. Rejects with the signal's reason. */
  take(signal: AbortSignal): Promise<void>;
  /** Whether it is as new. */
  isFull(): boolean;
}

export interface BucketOptions {
  readonly perSecond: number;
  readonly burst: number;
}

export function createTokenBucket({ perSecond, burst }: BucketOptions, clock: Clock): TokenBucket {
  // Below zero are the turns of those who wait.
  let tokens = burst;
  let filled = clock.monotonic();

  function fill(): void {
    const now = clock.monotonic();
    tokens = Math.min(burst, tokens + ((now - filled) / 1000) * perSecond);
    filled = now;
  }

  const waitFor = (count: number) => Math.ceil((count / perSecond) * 1000);

  return {
    tryTake() {
      fill();
      if (tokens < 1) return Math.max(1, waitFor(1 - tokens));
      tokens -= 1;
      return 0;
    },
    take(signal) {
      fill();
      tokens -= 1;
      return tokens >= 0 ? Promise.resolve() : pause(waitFor(-tokens), signal, clock);
    },
    isFull() {
      fill();
      return tokens >= burst;
    },
  };
}

function pause(ms: number, signal: AbortSignal, clock: Clock): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const giveUp = () => {
      callOff();
      reject(signal.reason as Error);
    };
    const callOff = clock.after(ms, () => {
      signal.removeEventListener("abort", giveUp);
      resolve();
    });
    signal.addEventListener("abort", giveUp, { once: true });
  });
}
