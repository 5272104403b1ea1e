import { PublishError } from "./error.ts";

/** A server that asks to be left alone is obeyed for at most this long: Cloudflare's API blocks for 5 minutes. */
export const MAX_BLOCK_MS = 300_000;

export interface Block {
  /** Takes note of a failure whose server asked to be left alone. */
  failed(error: unknown): void;
  /** Milliseconds until a request may be sent again; 0 when it may. */
  left(): number;
}

/** @param now milliseconds since 1970. */
export function createBlock(now: () => number): Block {
  let from = 0;
  let until = 0;
  return {
    failed(error) {
      if (!(error instanceof PublishError) || error.retryAfter === undefined) return;
      from = now();
      until = from + Math.min(error.retryAfter, MAX_BLOCK_MS);
    },
    left() {
      const time = now();
      // A clock that was set back must not make it longer.
      return time < from ? 0 : Math.max(0, until - time);
    },
  };
}
