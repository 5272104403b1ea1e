import { ContractError, type Root } from "../../contract/index.ts";
import { listRoots } from "./listing.ts";
import { readRoot, type RootPlace } from "./read-root.ts";

/**
 * A generation that KV keeps, or in a sentence why there is none to be used, and what else there is.
 *
 * @throws PublishError when KV cannot be read.
 */
export async function findRoot(
  place: RootPlace,
  generation: number,
  signal?: AbortSignal,
): Promise<Root | string> {
  const listed = await listRoots(place.kv, place.cluster, signal);
  const named = listed.filter((root) => root.generation === generation);
  const problems: string[] = [];
  const roots: Root[] = [];
  for (const candidate of named) {
    try {
      const root = await readRoot(place, candidate, signal);
      if (root === undefined) problems.push(`KV has no ${candidate.key}`);
      else roots.push(root);
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      problems.push(error.message);
    }
  }
  // Of two, the earlier is what an agent left that was killed before it moved the head.
  const [root] = roots.toSorted((a, b) => b.time - a.time);
  if (root !== undefined) return root;
  if (named.length > 0) {
    return (
      `generation ${generation} of cluster ${place.cluster} cannot be used: ${problems.join("; ")}; ` +
      "choose another one of `lintel history`"
    );
  }
  const [oldest, newest] = [listed[0], listed.at(-1)];
  const kept =
    oldest === undefined || newest === undefined
      ? "it keeps none: check the cluster's name"
      : `it keeps some of ${oldest.generation} to ${newest.generation}: choose one of \`lintel history\``;
  return `KV keeps no generation ${generation} of cluster ${place.cluster}; ${kept}`;
}
