/**
 * Leader election over a Lease, by client-go's rules. What keeps two agents from leading at once, by any clock: a leader
 * counts its deadline from when it *sent* a renewal, the others wait the (longer) lease duration from when they *saw*
 * it, and whoever writes names the version that it saw. Clocks need not agree, only run about equally fast.
 *
 * A candidate looks twice a second instead of watching: a handover stays far below two seconds, it costs two small reads
 * a second, and there is no connection that could fall silent.
 */
import type { Clock } from "../clock.ts";
import { type KubeClient, KubeError } from "../kubernetes/client.ts";
import type { Leadership } from "../leadership.ts";
import type { Logger } from "../report/logger.ts";
import { createElectionLog } from "./election-log.ts";
import { claimed, type Lease, released } from "./lease.ts";
import { createLeaseApi } from "./lease-api.ts";
import { nextMove, type Observation, observe } from "./rules.ts";
import { createTerms } from "./terms.ts";
import { checkedTiming, JITTER, type LeaseTiming } from "./timing.ts";

/** For metrics. */
export interface LeaseObserver {
  leading(leads: boolean): void;
  renewed(): void;
  failed(error: unknown): void;
}

export interface LeaseOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly name: string;
  /** Of this process, and of no other one that runs: two agents of one identity would both lead. */
  readonly identity: string;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly log: Logger;
  readonly observer?: LeaseObserver | undefined;
  /** Where it differs from DEFAULT_LEASE_TIMING. */
  readonly timing?: Partial<LeaseTiming> | undefined;
}

/** How long close() waits for the answer of a write that is under way, and then for the release, in milliseconds. */
const LAST_ANSWER_MS = 400;
const RELEASE_MS = 800;
const STOPPING = "this agent is stopping";
/** A release that meets another write reads again so often. */
const RELEASE_TRIES = 3;

/**
 * A term's signal is aborted when its lease could not be renewed for `renewDeadline`, and when somebody else is seen to
 * hold it. After an event loop that stood still, timers may be late: call `term()`, which looks at the clock, before
 * each write, besides passing the signal on.
 *
 * @throws LeaseTimingError
 */
export function createLeaseLeadership(options: LeaseOptions): Leadership {
  const { client, namespace, name, identity, clock, random, observer } = options;
  const timing = checkedTiming(options.timing);
  const claim = { namespace, name, identity, leaseDuration: timing.leaseDuration };
  const log = createElectionLog(options.log, claim);
  // Half the deadline: a request that hangs leaves time for another one, over a new connection.
  const api = createLeaseApi(client, claim, timing.renewDeadline / 2);
  const requests = new AbortController();
  let onChange = () => {};
  let callOff = () => {};
  let running: Promise<void> = Promise.resolve();
  let closed: Promise<void> | undefined;
  let isClosing = false;
  let observation: Observation | undefined;
  /** The Lease exactly as it is when nobody else wrote since; `undefined` when that is not known. */
  let latest: Lease | undefined;
  /** Whether the record may name us, as far as we know. */
  let mayHold = false;
  let isWriting = false;

  const terms = createTerms({
    renewDeadline: timing.renewDeadline,
    clock,
    began() {
      log.began();
      observer?.leading(true);
      onChange();
    },
    ended(why) {
      log.ended(why, isClosing);
      observer?.leading(false);
      onChange();
    },
  });

  function saw(lease: Lease): void {
    latest = lease;
    mayHold = lease.holder === identity;
    observation = observe(observation, lease, clock.monotonic());
  }

  /** Whether the Lease is ours now. */
  async function write(current: Lease | undefined): Promise<boolean> {
    const sentAt = clock.monotonic();
    latest = undefined;
    mayHold = true;
    isWriting = true;
    try {
      const body = claimed(current, claim, clock.now());
      const lease = await api.write(current, body, requests.signal);
      if (lease === undefined) return false;
      saw(lease);
      if (lease.holder !== identity || isClosing) return false;
    } finally {
      isWriting = false;
    }
    terms.confirmed(sentAt);
    observer?.renewed();
    return true;
  }

  async function attempt(): Promise<void> {
    // A leader writes over what it wrote last; nothing needs to be read as long as nobody else writes.
    if (terms.current() !== undefined && latest !== undefined && (await write(latest))) return;
    const lease = await api.get(requests.signal);
    if (lease === undefined) {
      latest = undefined;
      mayHold = false;
      terms.end("the Lease was deleted");
    } else {
      saw(lease);
      if (!mayHold) terms.end(lease.holder === "" ? "nobody holds the lease" : `${lease.holder} leads`);
    }
    const now = clock.monotonic();
    const move = nextMove({ identity, lease, observation, now, leaseDuration: timing.leaseDuration });
    if (move === "wait") log.standingBy(observation?.lease.holder ?? "");
    else if (!isClosing) await write(lease);
  }

  async function run(): Promise<void> {
    const began = clock.monotonic();
    let failure: { readonly error: unknown } | undefined;
    try {
      await attempt();
      log.reached();
    } catch (error) {
      if (isClosing) return;
      failure = { error };
      observer?.failed(error);
      log.failed(error);
    }
    if (!isClosing) arm(pause(began, failure));
  }

  /** How long to wait for the next attempt. A request that hung has taken up a part of the wait. */
  function pause(began: number, failure: { readonly error: unknown } | undefined): number {
    const { retryPeriod, pollPeriod, leaseDuration } = timing;
    const spent = clock.monotonic() - began;
    if (terms.current() !== undefined) return Math.max(0, retryPeriod - spent);
    // A fifth of spread keeps candidates from looking in step.
    if (failure === undefined) return pollPeriod * (0.8 + 0.2 * random());
    const asked = failure.error instanceof KubeError ? (failure.error.retryAfter ?? 0) : 0;
    return Math.max(0, retryPeriod * (1 + JITTER * random()) - spent, Math.min(asked, leaseDuration));
  }

  function arm(ms: number): void {
    callOff = clock.after(ms, () => {
      running = run();
    });
  }

  async function release(): Promise<void> {
    if (!mayHold) return;
    const late = new AbortController();
    const { signal } = late;
    const callOffDeadline = clock.after(RELEASE_MS, () => {
      late.abort(new Error(`no answer for ${RELEASE_MS} ms`));
    });
    try {
      for (let tries = RELEASE_TRIES; tries > 0; tries -= 1) {
        const lease = latest ?? (await api.get(signal));
        latest = undefined;
        if (lease?.holder !== identity) return;
        if ((await api.write(lease, released(lease, clock.now()), signal)) !== undefined) {
          log.released();
          return;
        }
      }
      throw new Error("others write the Lease all the time");
    } catch (error) {
      log.notReleased(error);
    } finally {
      callOffDeadline();
    }
  }

  async function finish(): Promise<void> {
    isClosing = true;
    callOff();
    terms.end(STOPPING);
    // What a write under way comes to decides what there is to release; a read may be given up.
    const give = () => {
      requests.abort(new Error(STOPPING));
    };
    let callOffGiving = () => {};
    if (isWriting) callOffGiving = clock.after(LAST_ANSWER_MS, give);
    else give();
    await running;
    callOffGiving();
    await release();
  }

  return {
    start(changed) {
      if (isClosing) return;
      onChange = changed;
      running = run();
    },
    term: () => terms.current(),
    close() {
      closed ??= finish();
      return closed;
    },
  };
}
