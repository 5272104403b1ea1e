/** Of the depth that questions may have (servers.ts), so much is spent at most: such aliases are followed two deep. */
const MOST = 3;

/**
 * How deep questions are that follow several aliases of one answer. They count for more than one: aliases that lead to
 * aliases, many each time, would otherwise lead to more questions than anybody can answer.
 */
export function aliasDepth(depth: number, aliases: number): number {
  return depth + Math.min(Math.max(aliases, 1), MOST);
}
