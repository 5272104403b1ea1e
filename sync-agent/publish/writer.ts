/** The one way in which a cluster's root changes: read what is published, plan on it, write to KV, tell the edge. */
import { type Head, headKey, type Root } from "../../contract/index.ts";
import type { Logger } from "../report/logger.ts";
import { apply } from "./apply.ts";
import { type Current, readCurrent } from "./current.ts";
import { createEdgeHead } from "./edge-head.ts";
import { PublishError } from "./error.ts";
import type { Kv } from "./kv.ts";
import { overtaken, type SeenHead } from "./overtaken.ts";
import type { Base, Floor, Plan } from "./plan.ts";
import { type Keys, signPlan } from "./sign.ts";
import { requireGoing } from "./stopped.ts";

export interface WriterOptions extends Keys {
  readonly cluster: string;
  readonly kv: Kv;
  /** Where the edge takes its head, `https://<system host>/head`; without one, edges follow KV's head alone. */
  readonly headUrl?: string | undefined;
  /** For a head URL whose host has to be dialed at another address than it resolves to. */
  readonly headFetch?: typeof fetch | undefined;
  readonly log: Logger;
  /** Milliseconds since 1970, fractions allowed. */
  readonly now: () => number;
  /** Told of every root that KV's head was moved to. */
  readonly onStored?: ((key: string, head: Head, root: Root) => void) | undefined;
}

/** Plans on what is published. */
export type Planner = (base: Base) => Plan | "unchanged" | Promise<Plan | "unchanged">;

export interface Written {
  readonly generation: number;
  /** How many pairs were written to KV; 0 when only the edge lacked the root. */
  readonly written: number;
  /** What their values have together. */
  readonly bytes: number;
}

/** What is known to be published. */
export interface Known extends Pick<Current, "latest" | "stored" | "edge"> {
  readonly head: SeenHead;
}

export interface Writer {
  /**
   * Makes KV and edge hold what is planned; `unchanged` when they do. One call at a time.
   *
   * @throws PublishError
   */
  write(plan: Planner, signal?: AbortSignal): Promise<Written | "unchanged">;
  /**
   * What is published, read unless it is known well enough.
   *
   * @throws PublishError
   */
  read(signal?: AbortSignal): Promise<Known>;
  /** `undefined` before the first write or reading, and after one that failed. */
  known(): Known | undefined;
  /** Has the next write read what is published. */
  forget(): void;
  /** Has the next write take it that KV holds no shard at all. */
  distrust(): void;
}

/** How often in one call a publication is planned anew because another writer was ahead. */
const ROUNDS = 3;

/** How long what is known is relied on without a look, so that a store that was emptied or restored is noticed. */
const RECHECK_MS = 30 * 60_000;
/** The same while there is a hold, so that its release is noticed. */
export const HELD_RECHECK_MS = 10_000;

export function createWriter(options: WriterOptions): Writer {
  const { cluster, kv, headUrl, log, now } = options;
  const edge = headUrl === undefined ? undefined : createEdgeHead(headUrl, options.headFetch);
  // `undefined` while something is under way in KV, and after it failed: then it is read anew.
  let known: Known | undefined;
  let distrusted = false;
  // Never falls, whatever is read: a head that was written may not be seen in KV for a minute.
  let floor: Floor = { generation: 0, time: 0 };

  function raiseFloor({ generation, time }: Floor): void {
    floor = { generation: Math.max(floor.generation, generation), time: Math.max(floor.time, time) };
  }

  function remembered(): Known | undefined {
    if (known === undefined) return undefined;
    const age = now() - known.head.time;
    const limit = known.latest?.root.hold === undefined ? RECHECK_MS : HELD_RECHECK_MS;
    // A clock that was set back must not keep what is known for longer.
    return age >= 0 && age < limit ? known : undefined;
  }

  async function read(signal: AbortSignal | undefined): Promise<Known> {
    const time = now();
    const current = await readCurrent({ ...options, edge }, signal);
    raiseFloor(current.floor);
    const stored = distrusted ? undefined : current.stored;
    return { ...current, stored, head: { text: current.head, time } };
  }

  /** Writes a plan to KV. `base` is what it was planned on. */
  async function store(base: Known, plan: Plan, signal: AbortSignal | undefined) {
    // A root that the edge has and KV lacks is written as it is; any other is new.
    const next = plan.root === base.latest?.root ? base.latest : await signPlan(plan, options);
    const mayMoveHead = async () => {
      if (overtaken(base.head, await kv.get(headKey(cluster), signal), now())) return false;
      // From here on an edge may see this generation, even if the write seems to fail.
      raiseFloor(next.root);
      return true;
    };
    const time = Math.floor(now());
    const applied = await apply(kv, { cluster, next, shards: plan.shards, time, mayMoveHead }, signal);
    if (applied === "overtaken") return applied;
    distrusted = false;
    options.onStored?.(applied.rootKey, applied.head, next.root);
    const head = { text: applied.headText, time: now() };
    const { written, bytes } = applied;
    return { known: { latest: next, stored: next.root, edge: base.edge, head }, written, bytes };
  }

  /** One round: plans on what is known, writes to KV, then tells the edge. */
  async function attempt(planOn: Planner, signal: AbortSignal | undefined) {
    requireGoing(signal, `publish cluster ${cluster}`);
    const present = remembered();
    known = undefined;
    const base = present ?? (await read(signal));
    const plan = await planOn({ latest: base.latest?.root, stored: base.stored, floor });
    const inKv =
      plan === "unchanged" ? { known: base, written: 0, bytes: 0 } : await store(base, plan, signal);
    if (inKv === "overtaken") return inKv;
    const { latest, edge: atEdge } = inKv.known;
    // KV is done: if the edge cannot be told, only that is left to do next time.
    known = inKv.known;
    if (latest === undefined) return "unchanged";
    const { generation } = latest.root;
    if (edge !== undefined && atEdge !== latest.text) {
      requireGoing(signal, `put generation ${generation} of cluster ${cluster} to the edge`);
      if ((await edge.put(latest.text, generation, signal)) === "overtaken") {
        known = undefined;
        return "overtaken";
      }
      known = { ...inKv.known, edge: latest.text };
    } else if (plan === "unchanged") return plan;
    return { generation, written: inKv.written, bytes: inKv.bytes };
  }

  return {
    async write(planOn, signal) {
      for (let round = 1; round <= ROUNDS; round++) {
        const outcome = await attempt(planOn, signal);
        if (outcome !== "overtaken") return outcome;
        log.warn(
          { cluster, round },
          `another writer publishes cluster ${cluster}; reading its root and planning anew`,
        );
      }
      throw new PublishError({
        operation: `publish cluster ${cluster}`,
        reason: "conflict",
        problem: `another writer was ahead ${ROUNDS} times`,
        remedy: "let one agent alone publish a cluster, or give each cluster a name of its own",
      });
    },
    async read(signal) {
      const present = remembered();
      known = undefined;
      known = present ?? (await read(signal));
      return known;
    },
    known: () => known,
    forget() {
      known = undefined;
    },
    distrust() {
      known = undefined;
      distrusted = true;
    },
  };
}
