/** Publishes snapshots of one cluster, and clears away what former ones left. */
import type {
  DnsSettings,
  Hold,
  HostRecord,
  Records,
  Root,
  Settings,
  ZoneRecord,
} from "../../contract/index.ts";
import { createBlock } from "./blocked.ts";
import { type Collected, createCollector } from "./collect.ts";
import type { Retention } from "./collect-plan.ts";
import { isCollectionDue, type Since } from "./collect-schedule.ts";
import { createRecordsEncoder } from "./encode.ts";
import { PublishError } from "./error.ts";
import { inUse } from "./in-use.ts";
import { KV_STALE_MS } from "./overtaken.ts";
import { type Base, type Plan, planPublication, type Target } from "./plan.ts";
import { readHosts, readZones } from "./published-hosts.ts";
import { missingShards } from "./root-shards.ts";
import { createWriter, HELD_RECHECK_MS, type WriterOptions } from "./writer.ts";

export interface PublisherObserver {
  /** @param bytes of the values that were written to KV. */
  published(seconds: number, written: number, bytes: number): void;
  /** How many were deleted. */
  collected(roots: number, shards: number): void;
}

export interface PublisherOptions extends Omit<WriterOptions, "onStored"> {
  readonly retention?: Partial<Retention> | undefined;
  readonly observer?: PublisherObserver | undefined;
}

export interface Publishable {
  readonly records: Records;
  readonly settings: Settings;
}

export interface Publication {
  readonly generation: number;
  /** How many pairs were written to KV; 0 when only the edge lacked the root. */
  readonly written: number;
}

/** Nothing could be published now, and nothing is wrong with the snapshot. To be called again in `again` milliseconds. */
export type Postponed =
  /** Somebody rolled the cluster back, to generation `hold.generation`, and has not released it. */
  | { readonly postponed: "held"; readonly hold: Hold; readonly generation: number; readonly again: number }
  /** The API asked to be left alone: no request was sent. */
  | { readonly postponed: "blocked"; readonly again: number };

/** What is published of DNS that a Corefile is the source of. */
export interface PublishedDns {
  readonly settings: DnsSettings;
  /** Of section `zones`. */
  readonly records: ReadonlyMap<string, ZoneRecord>;
}

export interface Publisher {
  /**
   * Makes KV and edge hold this snapshot; `unchanged` when they do.
   *
   * What is published is read at the first call, after a failure in KV and after half an hour without a write; it is
   * remembered otherwise. A call that rejects leaves a whole snapshot, the old or the new one, and the next call
   * puts right what it left.
   *
   * @param signal after whose abort no write begins any more.
   * @throws PublishError
   */
  publish(snapshot: Publishable, signal?: AbortSignal): Promise<Publication | "unchanged" | Postponed>;
  /**
   * Section `hosts` of the newest verified root; empty where nothing is published. What is damaged or missing in KV for two
   * minutes on end is left out, with a warning in the log, and written anew by the next publication.
   *
   * @throws PublishError when it cannot be read now.
   */
  publishedHosts(signal?: AbortSignal): Promise<ReadonlyMap<string, HostRecord> | Postponed>;
  /** As publishedHosts; `undefined` where nothing is published. */
  publishedDns(signal?: AbortSignal): Promise<PublishedDns | Postponed | undefined>;
  /**
   * Deletes from KV what nobody needs any more, when that is due (collect-schedule.ts), which costs nothing otherwise.
   * Whoever leads calls it after each publication. What goes wrong is logged, and tried again when it is due again.
   */
  collect(signal?: AbortSignal): Promise<Collected | undefined>;
  /** The generation that is known to be published. */
  generation(): number | undefined;
  /** Somebody else may have published since the last call: the next one reads what is there. */
  forget(): void;
}

export function createPublisher(options: PublisherOptions): Publisher {
  const { cluster, kv, log, now, observer } = options;
  const collector = createCollector(options);
  const writer = createWriter({ ...options, onStored: (...root) => collector.published(...root) });
  const encode = createRecordsEncoder();
  const block = createBlock(now);
  let since: Since = { collected: undefined, publications: 0, more: false };
  let announced: Root | undefined;
  // Milliseconds since 1970; while a part of what is published cannot be found.
  let lostSince: number | undefined;
  // Publications and collections must not see each other half done.
  let last: Promise<unknown> = Promise.resolve();

  function inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = last.then(task);
    last = turn.catch(() => undefined);
    return turn;
  }

  async function plan(base: Base, target: Target, signal: AbortSignal | undefined) {
    const planned = planPublication(base, target);
    if (planned !== "unchanged" && planned.root.hold !== undefined) await requireWhole(planned, signal);
    return planned;
  }

  /** KV's head is about to be moved to a root whose shards this agent does not have. */
  async function requireWhole({ root }: Plan, signal: AbortSignal | undefined): Promise<void> {
    const [first, ...others] = await missingShards(kv, root, signal);
    if (first === undefined) return;
    throw new PublishError({
      operation: `keep cluster ${cluster} at generation ${root.generation}, which is held`,
      reason: "incomplete",
      problem: `KV lacks shard ${first}${others.length === 0 ? "" : ` and ${others.length} others`} of it`,
      remedy: "release it with `lintel rollback --release`, or roll back to another generation",
    });
  }

  /** Says once that a hold stands, and once that it is gone. */
  function announce(root: Root | undefined): void {
    if (root?.hold !== undefined && root.generation !== announced?.generation) {
      const { generation, reason } = root.hold;
      log.warn(
        { cluster, generation: root.generation, hold: root.hold },
        `cluster ${cluster} is rolled back to generation ${generation}${reason === undefined ? "" : ` (${reason})`}; ` +
          "nothing is published until `lintel rollback --release`",
      );
    }
    if (root?.hold === undefined && announced !== undefined) {
      log.info({ cluster }, `the hold of cluster ${cluster} is released`);
    }
    announced = root?.hold === undefined ? undefined : root;
  }

  async function publish({ records, settings }: Publishable, signal: AbortSignal | undefined) {
    const left = block.left();
    if (left > 0) return { postponed: "blocked", again: left } as const;
    const began = now();
    const sections = await encode(records);
    const target = { cluster, sections, settings, time: Math.floor(began) };
    let outcome;
    try {
      outcome = await writer.write((base) => plan(base, target, signal), signal);
    } catch (error) {
      block.failed(error);
      throw error;
    }
    const known = writer.known();
    const root = known?.latest?.root;
    announce(root);
    if (outcome !== "unchanged") {
      since = { ...since, publications: since.publications + 1 };
      observer?.published(Math.max(0, now() - began) / 1000, outcome.written, outcome.bytes);
    }
    if (known !== undefined && root?.hold !== undefined) {
      const again = Math.max(0, known.head.time + HELD_RECHECK_MS - now());
      return { postponed: "held", hold: root.hold, generation: root.generation, again } as const;
    }
    return outcome === "unchanged" ? outcome : { generation: outcome.generation, written: outcome.written };
  }

  async function publishedHosts(signal: AbortSignal | undefined) {
    const published = await readBack(signal, async (root) => {
      const { hosts, lost } = await readHosts(kv, root, signal);
      return { read: hosts, lost };
    });
    return published ?? new Map<string, HostRecord>();
  }

  async function publishedDns(signal: AbortSignal | undefined) {
    return readBack(signal, async (root) => {
      const { zones, lost } = await readZones(kv, root, signal);
      return { read: { settings: root.settings.dns, records: zones }, lost };
    });
  }

  async function readBack<T>(
    signal: AbortSignal | undefined,
    read: (root: Root) => Promise<{ readonly read: T; readonly lost: readonly string[] }>,
  ): Promise<T | Postponed | undefined> {
    const left = block.left();
    if (left > 0) return { postponed: "blocked", again: left };
    try {
      const { latest } = await writer.read(signal);
      if (latest === undefined) return undefined;
      const { read: found, lost } = await read(latest.root);
      if (lost.length === 0) lostSince = undefined;
      else giveUp(latest.root, lost);
      return found;
    } catch (error) {
      block.failed(error);
      throw error;
    }
  }

  /** KV may be late. For what it has lost, the rest of the cluster must not wait for ever. */
  function giveUp({ generation }: Root, lost: readonly string[]): void {
    lostSince ??= now();
    const age = now() - lostSince;
    const [first = ""] = lost;
    const others = lost.length === 1 ? "" : ` (and ${lost.length - 1} others)`;
    if (age >= 0 && age < KV_STALE_MS) {
      throw new PublishError({
        operation: `read back generation ${generation} of cluster ${cluster}`,
        reason: "incomplete",
        problem: `${first}${others}`,
        remedy: "it is tried again, and done without after two minutes",
      });
    }
    lostSince = undefined;
    writer.distrust();
    log.warn({ cluster, generation, lost }, `a part of what is published is lost: ${first}${others}`);
  }

  async function collect(signal: AbortSignal | undefined): Promise<Collected | undefined> {
    const known = writer.known();
    if (known?.stored === undefined || block.left() > 0 || !isCollectionDue(since, now())) return undefined;
    since = { collected: now(), publications: 0, more: true };
    try {
      const outcome = await collector.collect(await inUse(known, known.stored, options.verifier), signal);
      if (outcome === "overtaken") writer.forget();
      else if (outcome === "damaged") writer.distrust();
      else {
        since = { ...since, more: outcome.more };
        const { roots, shards } = outcome;
        observer?.collected(roots, shards);
        if (roots + shards > 0) log.info({ cluster, roots, shards }, "deleted from KV what nobody needs");
        return outcome;
      }
    } catch (error) {
      if (!(error instanceof PublishError)) throw error;
      block.failed(error);
      if (signal?.aborted === true) return undefined;
      const { operation, reason, remedy } = error;
      log.warn({ cluster, operation, reason, remedy }, `could not clear KV: ${error.message}`);
    }
    return undefined;
  }

  return {
    publish: (snapshot, signal) => inTurn(() => publish(snapshot, signal)),
    publishedHosts: (signal) => inTurn(() => publishedHosts(signal)),
    publishedDns: (signal) => inTurn(() => publishedDns(signal)),
    collect: (signal) => inTurn(() => collect(signal)),
    generation: () => writer.known()?.latest?.root.generation,
    forget: () => writer.forget(),
  };
}
