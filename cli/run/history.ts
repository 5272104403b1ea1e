import { loadVerifier, type Root, type Verifier } from "../../contract/index.ts";
import { createEdgeHead } from "../../sync-agent/publish/edge-head.ts";
import { findRoot } from "../../sync-agent/publish/find-root.ts";
import { type KeptRoot, readRoots } from "../../sync-agent/publish/history.ts";
import type { Kv } from "../../sync-agent/publish/kv.ts";
import { type CompareOptions, compareRoots } from "../../worker/system/history/compare.ts";
import { askJson } from "../ask-edge.ts";
import { historySchema } from "../edge-api.ts";
import { CommandError, UsageError } from "../exit.ts";
import {
  comparisonJson,
  comparisonText,
  edgeHistoryJson,
  edgeHistoryText,
  historyJson,
  historyText,
  type Told,
} from "../history-text.ts";
import type { HistoryFlags } from "../history.ts";
import { readKeys } from "../key-files.ts";
import { kvOf, namingFlags } from "../kv-access.ts";

/** Of one generation in the list: a person's change touches few, and a listing is read while somebody waits. */
const SHARDS_A_GENERATION = 32;

/** Prints the history to stdout. @throws CommandError naming the flag and the remedy. */
export async function runHistory(flags: HistoryFlags): Promise<void> {
  process.stdout.write(await (flags.edgeUrl === undefined ? fromKv(flags) : fromEdge(flags)));
}

async function fromEdge(flags: HistoryFlags): Promise<string> {
  const { from, to, limit, changes, format } = flags;
  const query = new URLSearchParams();
  if (from !== undefined) query.set("before", String(from));
  if (to !== undefined) query.set("after", String(to));
  const answer = await askJson(
    flags,
    "tell its history",
    `/api/history${query.size === 0 ? "" : `?${query}`}`,
    historySchema,
  );
  if (answer === null) throw new CommandError("the edge cannot list the generations: KV does not answer it");
  if (from === undefined) {
    const listed = answer.generations.slice(0, limit);
    const told = changes ? listed : listed.map((entry) => Object.assign({}, entry, { changed: null }));
    return format === "json" ? edgeHistoryJson(told) : edgeHistoryText(told);
  }
  if (answer.comparison === null) {
    throw new CommandError(`--from ${from}: ${answer.problem ?? "there is nothing to compare it with."}`);
  }
  const compared = [from, answer.after, answer.comparison] as const;
  return format === "json" ? comparisonJson(...compared) : comparisonText(...compared);
}

async function fromKv(flags: HistoryFlags): Promise<string> {
  const { apiToken, keys } = flags;
  if (apiToken === undefined || keys === undefined) {
    throw new UsageError(
      "name an edge (--edge-url), as in http://127.0.0.1:8080, or give what KV asks for (--api-token and --keys)",
    );
  }
  const kv = { ...flags, apiToken, keys };
  const { publicKey } = await readKeys(keys, ["publicKey"]);
  const place = { cluster: flags.cluster, kv: kvOf(kv), verifier: await loadVerifier(publicKey) };
  return namingFlags(kv, () =>
    flags.from === undefined ? list(flags, place) : between(flags.from, flags, place),
  );
}

interface Place {
  readonly cluster: string;
  readonly kv: Kv;
  readonly verifier: Verifier;
}

async function list(flags: HistoryFlags, place: Place): Promise<string> {
  const { limit, changes, cluster, format, headUrl } = flags;
  const edge = headUrl === undefined ? undefined : await createEdgeHead(headUrl).get();
  // What changed in the last one shows against the one before.
  const kept = await readRoots(place, changes ? limit + 1 : limit, edge);
  const told = changes
    ? await withChanges(kept, { cluster, get: remembering(place.kv), shards: SHARDS_A_GENERATION })
    : kept.map(({ entry }) => ({ entry, since: undefined, comparison: undefined }));
  const listed = told.slice(0, limit);
  return format === "json" ? historyJson(listed) : historyText(listed, cluster);
}

async function withChanges(kept: readonly KeptRoot[], options: CompareOptions): Promise<Told[]> {
  const told: Told[] = [];
  for (const [at, { entry, root }] of kept.entries()) {
    const before = kept
      .slice(at + 1)
      .find((older) => older.root !== undefined && older.entry.generation < entry.generation)?.root;
    const comparison =
      root === undefined || before === undefined ? undefined : await compareRoots(before, root, options);
    told.push({ entry, since: before?.generation, comparison });
  }
  return told;
}

async function between(from: number, flags: HistoryFlags, place: Place): Promise<string> {
  const before = await found("--from", from, place);
  const after = flags.to === undefined ? await current(place) : await found("--to", flags.to, place);
  const comparison = await compareRoots(before, after, {
    cluster: flags.cluster,
    get: (key) => place.kv.get(key),
  });
  const told = [from, after.generation, comparison] as const;
  return flags.format === "json" ? comparisonJson(...told) : comparisonText(...told);
}

async function found(flag: string, generation: number, place: Place): Promise<Root> {
  const root = await findRoot(place, generation);
  if (typeof root !== "string") return root;
  throw new CommandError(`${flag} ${generation}: ${root}`);
}

/** The one that the head names, or else the newest that can be read. */
async function current(place: Place): Promise<Root> {
  const kept = await readRoots(place, 20);
  const root = (
    kept.find(({ entry, root }) => entry.current && root !== undefined) ??
    kept.find(({ root }) => root !== undefined)
  )?.root;
  if (root !== undefined) return root;
  throw new CommandError(`--from: none of the newest generations of cluster ${place.cluster} can be read`);
}

/** Most shards that one comparison reads the next one reads as well. */
function remembering(kv: Kv): CompareOptions["get"] {
  const texts = new Map<string, Promise<string | undefined>>();
  return (key) => {
    const known = texts.get(key) ?? kv.get(key);
    texts.set(key, known);
    return known;
  };
}
