/**
 * Keeps a certificate store in line with what was published last, in the background: level-triggered, one attempt at a
 * time, always on the newest. Certificates never hold up routes.
 */
import type { Clock } from "../clock.ts";
import { PublishError } from "../publish/error.ts";
import type { Logger } from "../report/logger.ts";
import type { Warning } from "../warning.ts";
import { CertificateStoreError } from "./error.ts";
import type { CertificateStore, DesiredCertificate } from "./store.ts";

export interface ReconcilerOptions {
  readonly store: CertificateStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told of all warnings that hold, after every attempt that succeeds. Between them the last ones hold. */
  readonly onWarnings: (warnings: readonly Warning[]) => void;
}

export interface CertificateReconciler {
  /**
   * Says what is wanted from now on. An unchanged wish costs nothing until the next look.
   *
   * @param signal aborted when this agent no longer leads: the attempt under way is given up, and none follows.
   */
  update(desired: readonly DesiredCertificate[], signal: AbortSignal): void;
  /** Gives up what is under way and waits for its end. */
  close(): Promise<void>;
}

/** When nothing has changed, how long until the store is looked at again: a pack becomes active, a quota grows. */
export const LOOK_MS = 10 * 60_000;
/** Between two attempts at least, however fast wishes change. */
export const SPACING_MS = 5_000;
/** What the delays after failures begin with; each is twice the one before, up to LOOK_MS. */
export const RETRY_MS = 10_000;

interface Wish {
  readonly desired: readonly DesiredCertificate[];
  /** Of the term, and of this reconciler's own end. */
  readonly signal: AbortSignal;
  /** What is wanted, to tell it from the next wish. */
  readonly text: string;
}

export function createCertificateReconciler(options: ReconcilerOptions): CertificateReconciler {
  const { store, clock, log, onWarnings } = options;
  const closing = new AbortController();
  let term: { readonly given: AbortSignal; readonly signal: AbortSignal } | undefined;
  let wish: Wish | undefined;
  let failures = 0;
  // By the monotonic clock: before `earliest` no attempt begins, and at `again` there is one without a new wish.
  let earliest = Number.NEGATIVE_INFINITY;
  let again = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | undefined;
  let callOff = () => {};

  /** One signal for one term: stores tell terms apart by it. */
  function signalOf(given: AbortSignal): AbortSignal {
    if (term?.given !== given) term = { given, signal: AbortSignal.any([given, closing.signal]) };
    return term.signal;
  }

  function arm(at: number): void {
    callOff();
    callOff = clock.after(Math.max(0, at - clock.monotonic()), () => {
      if (wish !== undefined && !wish.signal.aborted) running = run(wish);
    });
  }

  async function run(current: Wish): Promise<void> {
    try {
      const warnings = await store.reconcile(current.desired, current.signal);
      if (!current.signal.aborted) onWarnings(warnings);
      failures = 0;
      earliest = clock.monotonic() + SPACING_MS;
      again = clock.monotonic() + LOOK_MS;
    } catch (error) {
      fail(error, current.signal);
    }
    running = undefined;
    if (wish !== undefined && !closing.signal.aborted) arm(wish === current ? again : earliest);
  }

  function fail(error: unknown, signal: AbortSignal): void {
    const now = clock.monotonic();
    if (signal.aborted) {
      earliest = now;
      return;
    }
    failures += 1;
    const known = error instanceof CertificateStoreError || error instanceof PublishError;
    const retryAfter = (known ? error.retryAfter : undefined) ?? 0;
    const backoff = Math.min(LOOK_MS, RETRY_MS * 2 ** (failures - 1));
    earliest = now + Math.max(SPACING_MS, retryAfter);
    again = now + Math.max(backoff, retryAfter);
    const retryMs = again - now;
    // Of what is no error of ours the stack is of interest.
    const why = known ? { reason: error.reason, remedy: error.remedy } : { err: error };
    const message = `certificates: ${error instanceof Error ? error.message : String(error)}`;
    if (known && error.reason === "settling") log.info({ ...why, retryMs }, message);
    else log.error({ ...why, failures, retryMs }, message);
  }

  return {
    update(desired, given) {
      const signal = signalOf(given);
      const text = textOf(desired);
      if (signal.aborted || (wish?.text === text && wish.signal === signal)) return;
      wish = { desired, signal, text };
      if (running === undefined) arm(earliest);
    },
    async close() {
      closing.abort();
      callOff();
      await running;
    },
  };
}

/** Chains stand for keys: a chain's key is the one that fits it. */
function textOf(desired: readonly DesiredCertificate[]): string {
  return JSON.stringify(
    desired.map(({ serverName, object, field, pair }) => [
      serverName,
      object,
      field,
      pair?.secret,
      pair?.chain,
    ]),
  );
}
