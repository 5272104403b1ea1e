/**
 * After an outage of the API server the resources are heard of again one by one, each when its own delay has passed.
 * What is seen meanwhile never was the cluster's state: an Ingress of now, the endpoints of then. So whoever gets through
 * wakes the others, and until all are heard of the state counts as behind; but not for long, since one resource alone may
 * stay unreachable.
 */
import type { Clock } from "../../clock.ts";
import type { KubeError } from "../../kubernetes/client.ts";
import { pause } from "./pause.ts";
import type { WatchTiming } from "./watch-timing.ts";

export interface CatchUp {
  /** Nothing is heard of this resource any more. Failures that time does not mend (403, 404) are an answer. */
  lost(id: string, error: KubeError): void;
  /** The server answers for it. */
  heard(id: string): void;
  /** It is followed no more. */
  forget(id: string): void;
  /** Whether a part of the state may be older than another. */
  behind(): boolean;
  /** A change has come, and is held back if the state is behind. */
  changed(): void;
  /** Until this resource asks again: as `pause`, and over as soon as another one is heard of again. */
  pause(id: string, ms: number, signal: AbortSignal): Promise<void>;
}

export interface CatchUpOptions {
  readonly clock: Clock;
  readonly timing: Pick<WatchTiming, "replay" | "patience">;
  /** Told when the state is not behind any more. */
  readonly caughtUp: () => void;
}

export function createCatchUp({ clock, timing, caughtUp }: CatchUpOptions): CatchUp {
  // With what ends each one's pause; one that the server asked to wait has no such thing.
  const silent = new Map<string, AbortController | undefined>();
  let behind = false;
  // Set once the patience has run out, until all are heard of.
  let resigned = false;
  let callOffReplay = () => {};
  let callOffPatience: (() => void) | undefined;

  function over(): void {
    callOffReplay();
    callOffPatience?.();
    callOffPatience = undefined;
    resigned = silent.size > 0;
    if (!behind) return;
    behind = false;
    caughtUp();
  }

  /** @returns whether it was silent. */
  function end(id: string): boolean {
    const was = silent.delete(id);
    if (was && silent.size === 0) {
      callOffReplay();
      // What a watch has missed comes right after its beginning.
      callOffReplay = clock.after(timing.replay, over);
    }
    return was;
  }

  function heard(id: string): void {
    if (!end(id)) return;
    for (const waiting of silent.values()) waiting?.abort();
  }

  return {
    lost(id, { status, retryAfter }) {
      if (!isPassing(status)) {
        heard(id);
        return;
      }
      callOffReplay();
      silent.set(id, retryAfter === undefined ? new AbortController() : undefined);
      behind ||= !resigned;
    },
    heard,
    forget: end,
    behind: () => behind,
    changed() {
      if (behind) callOffPatience ??= clock.after(timing.patience, over);
    },
    pause(id, ms, signal) {
      const woken = silent.get(id)?.signal;
      return pause(clock, ms, woken === undefined ? signal : AbortSignal.any([signal, woken]));
    },
  };
}

/** No answer, or one that says that the server cannot at present. */
function isPassing(status: number | undefined): boolean {
  return status === undefined || status === 429 || status >= 500;
}
