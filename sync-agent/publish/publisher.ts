/** Publishes snapshots of one cluster: what is published, what to write, write it, remember it. */
import { headKey, type Records, type Settings } from "../../contract/index.ts";
import type { Logger } from "../report/logger.ts";
import { apply } from "./apply.ts";
import { type Current, readCurrent } from "./current.ts";
import { createEdgeHead } from "./edge-head.ts";
import { encodeRecords } from "./encode.ts";
import { PublishError } from "./error.ts";
import type { Kv } from "./kv.ts";
import { overtaken, type SeenHead } from "./overtaken.ts";
import { type Floor, type Plan, planPublication, type Target } from "./plan.ts";
import { type Keys, signPlan } from "./sign.ts";

export interface PublisherOptions extends Keys {
  readonly cluster: string;
  readonly kv: Kv;
  /** Where the edge takes its head, `https://<system host>/head`; without one, edges follow KV's head alone. */
  readonly headUrl?: string | undefined;
  /** For a head URL whose host has to be dialed at another address than it resolves to. */
  readonly headFetch?: typeof fetch | undefined;
  readonly log: Logger;
  /** Milliseconds since 1970, fractions allowed. */
  readonly now: () => number;
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

export interface Publisher {
  /**
   * Makes KV and edge hold this snapshot; `unchanged` when they do. One call at a time.
   *
   * What is published is read at the first call, after a failure in KV and after half an hour without a write; it is
   * remembered otherwise. A call that rejects leaves a whole snapshot, the old or the new one, and the next call
   * puts right what it left.
   *
   * @throws PublishError
   */
  publish(snapshot: Publishable, signal?: AbortSignal): Promise<Publication | "unchanged">;
  /** The generation that is known to be published. */
  generation(): number | undefined;
}

/** What is known to be published. */
interface Known extends Pick<Current, "latest" | "stored" | "edge"> {
  readonly head: SeenHead;
}

/** How often in one call a publication is planned anew because another writer was ahead. */
const ROUNDS = 3;

/** How long what is known is relied on without a look, so that a store that was emptied or restored is noticed. */
const RECHECK_MS = 30 * 60_000;

export function createPublisher(options: PublisherOptions): Publisher {
  const { cluster, kv, headUrl, log, now } = options;
  const edge = headUrl === undefined ? undefined : createEdgeHead(headUrl, options.headFetch);
  // `undefined` while something is under way in KV, and after it failed: then it is read anew.
  let known: Known | undefined;
  // Never falls, whatever is read: a head that was written may not be seen in KV for a minute.
  let floor: Floor = { generation: 0, time: 0 };

  function raiseFloor({ generation, time }: Floor): void {
    floor = { generation: Math.max(floor.generation, generation), time: Math.max(floor.time, time) };
  }

  async function read(signal: AbortSignal | undefined): Promise<Known> {
    const time = now();
    const current = await readCurrent({ ...options, edge }, signal);
    raiseFloor(current.floor);
    return { ...current, head: { text: current.head, time } };
  }

  /** Writes a plan to KV. `base` is what it was planned on. */
  async function write(base: Known, plan: Plan, signal: AbortSignal | undefined) {
    // A root that the edge has and KV lacks is written as it is; any other is new.
    const next = plan.root === base.latest?.root ? base.latest : await signPlan(plan, options);
    const mayMoveHead = async () => {
      if (overtaken(base.head, await kv.get(headKey(cluster), signal), now())) return false;
      // From here on an edge may see this generation, even if the write seems to fail.
      raiseFloor(next.root);
      return true;
    };
    const applied = await apply(kv, { cluster, next, shards: plan.shards, mayMoveHead }, signal);
    if (applied === "overtaken") return applied;
    const head = { text: applied.head, time: now() };
    return { known: { latest: next, stored: next.root, edge: base.edge, head }, written: applied.written };
  }

  /** One round: plans on what is known, writes to KV, then tells the edge. */
  async function attempt(target: Target, signal: AbortSignal | undefined) {
    const remembered = known !== undefined && now() - known.head.time < RECHECK_MS ? known : undefined;
    known = undefined;
    const base = remembered ?? (await read(signal));
    const plan = planPublication({ latest: base.latest?.root, stored: base.stored, floor }, target);
    const inKv = plan === "unchanged" ? { known: base, written: 0 } : await write(base, plan, signal);
    if (inKv === "overtaken") return inKv;
    const { latest, edge: atEdge } = inKv.known;
    // KV is done: if the edge cannot be told, only that is left to do next time.
    known = inKv.known;
    if (latest === undefined) return "unchanged";
    const { generation } = latest.root;
    if (edge !== undefined && atEdge !== latest.text) {
      if ((await edge.put(latest.text, generation, signal)) === "overtaken") {
        known = undefined;
        return "overtaken";
      }
      known = { ...inKv.known, edge: latest.text };
    } else if (plan === "unchanged") return plan;
    return { generation, written: inKv.written };
  }

  return {
    async publish({ records, settings }, signal) {
      const sections = await encodeRecords(records);
      for (let round = 1; round <= ROUNDS; round++) {
        const outcome = await attempt({ cluster, sections, settings, time: Math.floor(now()) }, signal);
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
    generation: () => known?.latest?.root.generation,
  };
}
