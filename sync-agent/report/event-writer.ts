/** Writes Events for the warnings that hold. RBAC: `create` and `patch` on `events`. */
import * as z from "zod";
import type { Clock } from "../clock.ts";
import { type KubeClient, KubeError } from "../kubernetes/client.ts";
import { newEvent, repeatedEvent, type WarningEvent, warningEvent } from "./event-object.ts";
import { type EventRecord, eventKey, planEvents, REPEAT_MS } from "./event-plan.ts";
import { createObjectFinder } from "./involved-object.ts";
import type { Logger } from "./logger.ts";
import type { Go, GoResult } from "./newest-only.ts";
import type { Report } from "./reporter.ts";
import { createSetbackLog, type Setbacks, setbackOf, TRY_AGAIN_MS } from "./setbacks.ts";
import { createTokenBucket, type TokenBucket } from "./token-bucket.ts";

export interface EventWriterOptions {
  readonly client: KubeClient;
  /** Of this agent. */
  readonly identity: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told of every write that was tried. */
  readonly wrote: (outcome: "ok" | "failed") => void;
}

/** client-go's burst for the Events of one object; it grants a new one in five minutes, which would not repeat 25. */
const OBJECT_RATE = { perSecond: 1 / 60, burst: 25 };
const RATE = { perSecond: 5, burst: 25 };

const eventSchema = z.object({ count: z.int().nullish() });

/** Does what one report asks for, as far as it can. */
export function createEventWriter(options: EventWriterOptions): (go: Go) => Promise<GoResult> {
  const { client, identity, clock, log, wrote } = options;
  const bucket = createTokenBucket(RATE, clock);
  const objectBuckets = new Map<string, TokenBucket>();
  const records = new Map<string, EventRecord>();
  const finder = createObjectFinder(client, clock);
  const beginSetbacks = createSetbackLog(
    log,
    "write Events",
    "the verbs create and patch on events (core API group) in every namespace that it serves",
  );

  async function send(
    method: "POST" | "PATCH",
    path: string,
    body: object,
    signal: AbortSignal,
  ): Promise<number> {
    await bucket.take(signal);
    const contentType = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    try {
      const answer = eventSchema.parse(await client.json({ method, path, body, contentType, signal }));
      wrote("ok");
      return answer.count ?? 1;
    } catch (error) {
      // An Event that is there already, or no longer, is what one may meet.
      const isExpected = error instanceof KubeError && (error.status === 409 || error.status === 404);
      if (!isExpected && !signal.aborted) wrote("failed");
      throw error;
    }
  }

  /** Its count then. */
  async function create(event: WarningEvent, signal: AbortSignal): Promise<number> {
    try {
      return await send("POST", collectionOf(event), newEvent(event, identity, clock.now()), signal);
    } catch (error) {
      if (setbackOf(error) !== "conflict") throw error;
    }
    // An agent before this one wrote it. Its answer to a first patch tells how often, without a permission to read.
    const count = await repeat(event, undefined, signal);
    return repeat(event, count + 1, signal);
  }

  async function repeat(
    event: WarningEvent,
    count: number | undefined,
    signal: AbortSignal,
  ): Promise<number> {
    const path = `${collectionOf(event)}/${encodeURIComponent(event.name)}`;
    return send("PATCH", path, repeatedEvent(event, identity, clock.now(), count), signal);
  }

  /** Its count then. */
  async function write(event: WarningEvent, signal: AbortSignal): Promise<number> {
    const before = records.get(eventKey(event))?.count;
    if (before === undefined) return create(event, signal);
    try {
      return await repeat(event, before + 1, signal);
    } catch (error) {
      if (setbackOf(error) !== "gone") throw error;
      return create(event, signal);
    }
  }

  /** @throws KubeError when the API server is not available. */
  async function eventsFor({ warnings, state }: Report, signal: AbortSignal): Promise<WarningEvent[]> {
    const byObject = Map.groupBy(warnings, ({ object }) => object);
    finder.keepOnly(new Set(byObject.keys()));
    const events: WarningEvent[] = [];
    for (const [object, found] of byObject) {
      const involved = await finder.find(object, state, signal);
      if (involved === undefined) continue;
      events.push(...found.map((warning) => warningEvent(involved, warning)));
    }
    return events;
  }

  /** How long its object has to be left alone; 0 when the Event may be written. */
  function spamWait({ involved: { uid } }: WarningEvent): number {
    let own = objectBuckets.get(uid);
    if (own === undefined) {
      own = createTokenBucket(OBJECT_RATE, clock);
      objectBuckets.set(uid, own);
    }
    return own.tryTake();
  }

  function tidy(over: readonly string[]): void {
    for (const key of over) records.delete(key);
    for (const [uid, own] of objectBuckets) if (own.isFull()) objectBuckets.delete(uid);
  }

  function keep(event: WarningEvent, ms: number, count: number | undefined, isOpen: boolean): void {
    records.set(eventKey(event), { count, due: clock.monotonic() + ms, isOpen });
  }

  function defer(event: WarningEvent, ms: number): void {
    keep(event, ms, records.get(eventKey(event))?.count, true);
  }

  /** Whether it got to the end of what is due. @throws KubeError when the API server is not available. */
  async function writeAll({ report, signal, isNewest }: Go, setbacks: Setbacks): Promise<boolean> {
    const plan = planEvents(await eventsFor(report, signal), records, clock.monotonic());
    tidy(plan.over);
    const forbidden = new Set<string>();
    const isOver = () => signal.aborted;
    for (const event of plan.due) {
      if (isOver() || !isNewest()) return false;
      const wait = forbidden.has(event.namespace) ? TRY_AGAIN_MS.forbidden : spamWait(event);
      if (wait > 0) {
        defer(event, wait);
        continue;
      }
      try {
        keep(event, REPEAT_MS, await write(event, signal), false);
      } catch (error) {
        const kind = setbackOf(error);
        if (kind === "unavailable" || isOver()) throw error;
        // Gone is the namespace, and with it soon the warning.
        defer(event, kind === "gone" ? REPEAT_MS : TRY_AGAIN_MS[kind]);
        if (kind !== "gone") setbacks.add(kind, error);
        if (kind === "forbidden") forbidden.add(event.namespace);
      }
    }
    return true;
  }

  return async (go) => {
    const setbacks = beginSetbacks();
    try {
      const isWhole = await writeAll(go, setbacks);
      const open = [...records.values()].filter(({ isOpen }) => isOpen);
      setbacks.conclude(isWhole && open.length === 0);
    } catch (error) {
      if (go.signal.aborted) return { done: true };
      const kind = setbackOf(error);
      if (kind !== "unavailable") throw error;
      setbacks.add(kind, error);
      setbacks.conclude(false);
      return { done: false, wait: error instanceof KubeError ? (error.retryAfter ?? 0) : 0 };
    }
    if (records.size === 0) return { done: true };
    const next = Math.min(...[...records.values()].map(({ due }) => due));
    return { done: true, again: Math.max(0, next - clock.monotonic()) };
  };
}

function collectionOf({ namespace }: WarningEvent): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`;
}
