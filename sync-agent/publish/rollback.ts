/** Puts an older generation back, and holds it there until it is released. */
import { setTimeout as sleep } from "node:timers/promises";
import { encodeHead, headKey, headOf, type Hold, type Root } from "../../contract/index.ts";
import { claimedGeneration } from "./claim.ts";
import { PublishError } from "./error.ts";
import { findRoot } from "./find-root.ts";
import { type Base, nextPlace, type Plan } from "./plan.ts";
import { missingShards, readShards } from "./root-shards.ts";
import { requireGoing } from "./stopped.ts";
import { createWriter, type Writer, type WriterOptions } from "./writer.ts";

export interface RollbackOptions extends Omit<WriterOptions, "onStored"> {
  /** In milliseconds; a timer unless given. */
  readonly pause?: ((ms: number, signal?: AbortSignal) => Promise<void>) | undefined;
}

export interface RolledBack {
  /** Of the new root. */
  readonly generation: number;
  /** Whether KV's head was seen to stay with it. */
  readonly confirmed: boolean;
}

/** A rollback that cannot be done; the message says why, and what to do. Nothing was changed. */
export class RollbackError extends Error {
  override name = "RollbackError";
}

/**
 * An agent that is just publishing moves the head by one generation. A rollback leaves that one free, so that it is the
 * newer of the two whoever writes last.
 */
const LEAD = 1;

/** Between the looks whether a writer that did not know of the rollback came after it. */
const CONFIRM_MS = 2000;
const CONFIRMATIONS = 4;
/** How often a rollback is done again because agents published over it. */
const ROUNDS = 3;

/**
 * Publishes the content and the settings of a generation that KV keeps, with a hold (contract/root.ts).
 *
 * @throws RollbackError when that generation is not kept, does not verify, or is not whole; PublishError.
 */
export async function rollBack(
  options: RollbackOptions,
  { generation, reason }: Hold,
  signal?: AbortSignal,
): Promise<RolledBack> {
  const root = await findRoot(options, generation, signal);
  if (typeof root === "string") throw new RollbackError(root);
  const hold = reason === undefined ? { generation } : { generation, reason };
  const writer = createWriter(options);
  for (let round = 1; round <= ROUNDS; round++) {
    await writer.write(async (base): Promise<Plan | "unchanged"> => {
      const standing = base.latest?.hold;
      if (round > 1 && standing?.generation === generation && standing.reason === reason) return "unchanged";
      const read = await readShards(options.kv, root, base.stored, signal);
      if ("missing" in read) throw notWhole(root, read.missing);
      return { root: { ...root, ...placeAfter(base, options.now(), LEAD), hold }, shards: read.shards };
    }, signal);
    const outcome = await confirm(options, writer, signal);
    if (outcome !== "overtaken") return outcome;
    writer.forget();
  }
  throw new PublishError({
    operation: `roll back cluster ${options.cluster}`,
    reason: "conflict",
    problem: `an agent was ahead ${ROUNDS} times`,
    remedy: "give --head-url as the agent has it, so that the edge decides, or stop the agent first",
  });
}

/**
 * Publishes what is held without the hold; agents publish their newest state over it when they look next.
 *
 * @returns `undefined` when there is no hold.
 * @throws RollbackError when KV lacks a part of what is held; PublishError.
 */
export async function releaseHold(
  options: RollbackOptions,
  signal?: AbortSignal,
): Promise<RolledBack | undefined> {
  const writer = createWriter(options);
  const released: Root[] = [];
  await writer.write(async (base): Promise<Plan | "unchanged"> => {
    const { latest, stored } = base;
    if (latest?.hold === undefined) return "unchanged";
    const { hold: _, ...content } = latest;
    if (stored?.generation !== latest.generation) {
      const missing = await missingShards(options.kv, latest, signal);
      if (missing.length > 0) throw notWhole(latest, missing);
    }
    const root = { ...content, ...placeAfter(base, options.now(), 0) };
    released.push(root);
    return { root, shards: [] };
  }, signal);
  const root = released.at(-1);
  if (root === undefined) return undefined;
  const outcome = await confirm(options, writer, signal);
  // Then an agent has seen the release already, and gone on.
  return outcome === "overtaken" ? { generation: root.generation, confirmed: true } : outcome;
}

function placeAfter(base: Base, now: number, lead: number): Pick<Root, "generation" | "time"> {
  const { generation, time } = nextPlace(base, Math.floor(now));
  return { generation: generation + lead, time };
}

function notWhole({ generation, cluster }: Root, missing: readonly string[]): RollbackError {
  const shards = missing.slice(0, 5).join(", ") + (missing.length > 5 ? ", …" : "");
  return new RollbackError(
    `generation ${generation} of cluster ${cluster} is not whole any more: KV lacks ${shards} (${missing.length} in all); ` +
      "choose a newer one of `lintel history`",
  );
}

/** Looks whether the head stays, and puts it back where a writer that had looked before it wrote an older one over it. */
async function confirm(
  { cluster, kv, pause = pauseByTimer }: RollbackOptions,
  writer: Writer,
  signal: AbortSignal | undefined,
): Promise<RolledBack | "overtaken"> {
  const latest = writer.known()?.latest;
  if (latest === undefined) throw new Error("a root was written, so it is known");
  const { generation } = latest.root;
  const head = encodeHead(await headOf(latest.root, latest.text));
  for (let look = 1; look <= CONFIRMATIONS; look++) {
    await pause(CONFIRM_MS, signal);
    const found = await kv.get(headKey(cluster), signal);
    if (found === head) return { generation, confirmed: true };
    if (found !== undefined && (claimedGeneration(found) ?? 0) > generation) return "overtaken";
    requireGoing(signal, `write the head of generation ${generation} of cluster ${cluster}`);
    await kv.put([{ key: headKey(cluster), value: head }], signal);
  }
  return { generation, confirmed: false };
}

async function pauseByTimer(ms: number, signal?: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal });
}
