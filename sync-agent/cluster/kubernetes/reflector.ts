/**
 * Follows one resource: lists it, watches it from there, and begins again wherever that ends. A reflector never gives
 * up and never throws; what it cannot reach stays as it was seen last.
 */
import type { Clock } from "../../clock.ts";
import { type KubeClient, KubeError } from "../../kubernetes/client.ts";
import type { CatchUp } from "./catch-up.ts";
import type { FailureLog } from "./failure-log.ts";
import type { Limiter } from "./limiter.ts";
import { listObjects } from "./list-objects.ts";
import { afterFailedList, afterWatch, type Progress, type Step } from "./next-step.ts";
import type { ResourceHealth, SourceObserver } from "./observer.ts";
import type { Outcome, Section } from "./section.ts";
import { type WatchEnd, watchObjects } from "./watch-objects.ts";
import type { WatchEvent } from "./watch-event.ts";
import { jittered, type WatchTiming } from "./watch-timing.ts";

export interface ReflectorContext {
  readonly client: KubeClient;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly timing: WatchTiming;
  /** Of all lists of a source. */
  readonly lists: Limiter;
  readonly failures: FailureLog;
  readonly catchUp: CatchUp;
  readonly observer: SourceObserver;
}

export interface ReflectorOptions {
  readonly section: Section;
  /** Told what came of every list and every event. */
  readonly changed: (section: Section, outcome: Outcome) => void;
  /** Milliseconds between lists, for a resource that is not worth a watch of its own. */
  readonly poll?: (() => number) | undefined;
}

export interface Reflector {
  readonly section: Section;
  /** Resolves after the first complete list. Never rejects; not at all after a close. */
  readonly synced: Promise<void>;
  health(): ResourceHealth;
  /** Nothing changes any more from this call on. */
  close(): Promise<void>;
}

export function startReflector(context: ReflectorContext, options: ReflectorOptions): Reflector {
  return new RunningReflector(context, options);
}

class RunningReflector implements Reflector {
  readonly section: Section;
  readonly synced: Promise<void>;
  readonly #context: ReflectorContext;
  readonly #options: ReflectorOptions;
  readonly #id: string;
  readonly #closing = new AbortController();
  readonly #firstList = Promise.withResolvers<undefined>();
  readonly #running: Promise<void>;
  #progress: Progress = { version: undefined, failures: 0, listDue: Number.NEGATIVE_INFINITY };
  #isSynced = false;
  #lastContact: number | undefined;
  #failure: KubeError | undefined;

  constructor(context: ReflectorContext, options: ReflectorOptions) {
    this.#context = context;
    this.#options = options;
    this.section = options.section;
    const { path, fieldSelector = "" } = options.section.resource;
    this.#id = fieldSelector === "" ? path : `${path}?${fieldSelector}`;
    this.synced = this.#firstList.promise.then(() => {});
    this.#running = this.#run();
  }

  health(): ResourceHealth {
    const { kind, namespace } = this.section.resource;
    const failure = this.#failure;
    return {
      kind,
      namespace,
      synced: this.#isSynced,
      lastContact: this.#lastContact,
      ...(failure !== undefined && { failure }),
    };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#context.failures.forget(this.#id);
    this.#context.catchUp.forget(this.#id);
    await this.#running;
  }

  get #closed(): boolean {
    return this.#closing.signal.aborted;
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      const delay = await this.#turn();
      await this.#context.catchUp.pause(this.#id, delay, this.#closing.signal);
    }
  }

  /** @returns the milliseconds until the next turn. */
  async #turn(): Promise<number> {
    const { clock, random, timing } = this.#context;
    try {
      const failed = this.#isListDue() ? await this.#list() : undefined;
      if (this.#closed) return 0;
      const step = this.#progress.version === undefined ? failed : await this.#follow();
      return step?.delay ?? 0;
    } catch (error) {
      const fault = kubeErrorOf(error, this.section.resource.path);
      const step = afterFailedList(this.#progress, fault, clock.monotonic(), random(), timing);
      return Math.max(this.#take(step).delay, timing.minRetry);
    }
  }

  #isListDue(): boolean {
    return this.#progress.version === undefined || this.#context.clock.monotonic() >= this.#progress.listDue;
  }

  /** `undefined` when it succeeded. */
  async #list(): Promise<Step | undefined> {
    const { client, clock, random, timing, lists, observer } = this.#context;
    const { resource } = this.section;
    const { signal } = this.#closing;
    const began = clock.monotonic();
    const relist = () => this.section.relist();
    try {
      const listed = await lists.run(() => listObjects({ client, resource, timing, signal, relist }));
      if (this.#closed) return undefined;
      const now = clock.monotonic();
      this.#context.catchUp.heard(this.#id);
      this.#options.changed(this.section, listed.relist.end());
      const listDue = now + jittered(timing.relist, random());
      this.#progress = { ...this.#progress, version: listed.version, listDue };
      this.#contact();
      this.#recovered();
      this.#isSynced = true;
      this.#firstList.resolve(undefined);
      observer.listed?.(resource.kind, (now - began) / 1000, listed.objects);
      return undefined;
    } catch (error) {
      if (this.#closed || !(error instanceof KubeError)) throw error;
      this.#context.catchUp.lost(this.#id, error);
      return this.#take(afterFailedList(this.#progress, error, clock.monotonic(), random(), timing));
    }
  }

  async #follow(): Promise<Step> {
    const { clock, random, timing, observer } = this.#context;
    const { poll } = this.#options;
    if (poll !== undefined) {
      this.#progress = { ...this.#progress, failures: 0, listDue: Number.NEGATIVE_INFINITY };
      return { progress: this.#progress, delay: jittered(poll(), random()), failure: undefined };
    }
    const end = await this.#watch();
    if (end.error !== undefined && !this.#closed) this.#context.catchUp.lost(this.#id, end.error);
    const step = this.#take(afterWatch(this.#progress, end, clock.monotonic(), random(), timing));
    if (end.why !== "stopped") observer.watchEnded?.(this.section.resource.kind, end.why);
    return step;
  }

  /** Until a list is due at the latest. */
  async #watch(): Promise<WatchEnd> {
    const { client, clock, random, timing } = this.#context;
    const { version = "", listDue } = this.#progress;
    const stop = new AbortController();
    const onClose = () => stop.abort();
    this.#closing.signal.addEventListener("abort", onClose, { once: true });
    // Timers may be a little early.
    const callOff = clock.after(Math.max(0, listDue - clock.monotonic()) + 1, onClose);
    try {
      return await watchObjects({
        client,
        resource: this.section.resource,
        version,
        timing,
        clock,
        random: random(),
        signal: stop.signal,
        onOpen: () => this.#context.catchUp.heard(this.#id),
        onEvent: (event) => this.#event(event),
        onHealthy: () => this.#recovered(),
      });
    } finally {
      callOff();
      this.#closing.signal.removeEventListener("abort", onClose);
    }
  }

  #event(event: Exclude<WatchEvent, { type: "ERROR" }>): void {
    this.#contact();
    if (event.version !== "") this.#progress = { ...this.#progress, version: event.version };
    if (event.type === "BOOKMARK") return;
    this.#context.observer.event?.(this.section.resource.kind);
    const { section } = this;
    this.#options.changed(
      section,
      event.type === "DELETED" ? section.remove(event.object) : section.put(event.object),
    );
  }

  #take(step: Step): Step {
    const { failures, observer } = this.#context;
    this.#progress = step.progress;
    if (step.failure !== undefined && !this.#closed) {
      this.#failure = step.failure;
      observer.failed?.(this.section.resource.kind, step.failure);
      failures.failed(this.#id, step.failure);
    }
    return step;
  }

  #contact(): void {
    this.#lastContact = this.#context.clock.now();
  }

  #recovered(): void {
    this.#failure = undefined;
    this.#context.failures.recovered(this.#id);
  }
}

/** Nothing else should ever be thrown; if it is, following goes on all the same. */
function kubeErrorOf(error: unknown, path: string): KubeError {
  if (error instanceof KubeError) return error;
  const problem = error instanceof Error ? error.message : String(error);
  return new KubeError({
    operation: `follow ${path}`,
    status: undefined,
    reason: "",
    problem,
    remedy: "report this as a fault of Lintel",
    cause: error,
  });
}
