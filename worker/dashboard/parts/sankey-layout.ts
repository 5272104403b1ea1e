/** Where hosts, Services and endpoints stand in the picture of the traffic, and how wide the ways are. Pure. */
import type { TrafficFlow } from "../../system/state/facts.ts";

export interface SankeyNode {
  readonly column: 0 | 1 | 2;
  readonly name: string;
  /** Of names that stand together: how many. */
  readonly folded: number;
  readonly requests: number;
  readonly errors: number;
  readonly y: number;
  /** Of its bar; the row that it stands in is never lower than a line of text. */
  readonly height: number;
}

export interface SankeyLink {
  readonly column: 0 | 1;
  readonly requests: number;
  readonly errors: number;
  readonly width: number;
  readonly fromY: number;
  readonly toY: number;
  readonly title: string;
}

export interface Sankey {
  readonly height: number;
  readonly nodes: readonly SankeyNode[];
  readonly links: readonly SankeyLink[];
}

/** So many stand by themselves in a column; the smaller ones are one. */
const MOST = 24;
/** A line of text, and the least that there is between two. */
const ROW = 18;
/** What all requests together are high. */
const SCALE = 300;
const TOP = 26;

/** @param flows in any order */
export function sankeyOf(flows: readonly TrafficFlow[]): Sankey {
  const total = flows.reduce((sum, { requests }) => sum + requests, 0);
  if (total === 0) return { height: TOP, nodes: [], links: [] };
  const columns = [
    folding(flows, ({ host }) => host),
    folding(flows, ({ service }) => service),
    folding(flows, ({ endpoint }) => endpoint || "(none reached)"),
  ] as const;
  const ways = flows.map((flow) => ({ flow, names: columns.map((fold) => fold(flow)) }));
  const placed = columns.map((_, column) => place(ways, column as 0 | 1 | 2, total));
  const height = Math.max(...placed.map(({ end }) => end));
  // The shorter columns stand in the middle of the highest.
  const nodes = placed.map(({ nodes, end }) =>
    nodes.map((node) => ({ ...node, y: node.y + (height - end) / 2 })),
  );
  return {
    height: height + 8,
    nodes: nodes.flat(),
    links: ([0, 1] as const).flatMap((c) => linksOf(ways, c, nodes, total)),
  };
}

interface Way {
  readonly flow: TrafficFlow;
  /** What it stands under in each column. */
  readonly names: readonly string[];
}

const OTHERS = "\u0000others";

function folding(
  flows: readonly TrafficFlow[],
  nameOf: (flow: TrafficFlow) => string,
): (flow: TrafficFlow) => string {
  const sums = new Map<string, number>();
  for (const flow of flows) sums.set(nameOf(flow), (sums.get(nameOf(flow)) ?? 0) + flow.requests);
  if (sums.size <= MOST) return nameOf;
  const largest = [...sums].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, MOST - 1);
  const shown = new Set(largest.map(([name]) => name));
  return (flow) => (shown.has(nameOf(flow)) ? nameOf(flow) : OTHERS);
}

function place(ways: readonly Way[], column: 0 | 1 | 2, total: number): { nodes: SankeyNode[]; end: number } {
  const sums = new Map<string, { requests: number; errors: number; names: Set<string> }>();
  for (const { flow, names } of ways) {
    const name = names[column] ?? OTHERS;
    const sum = sums.get(name) ?? { requests: 0, errors: 0, names: new Set() };
    sum.requests += flow.requests;
    sum.errors += flow.errors;
    sum.names.add([flow.host, flow.service, flow.endpoint][column] ?? "");
    sums.set(name, sum);
  }
  const sorted = [...sums].toSorted(([a, x], [b, y]) =>
    a === OTHERS ? 1 : b === OTHERS ? -1 : y.requests - x.requests || (a < b ? -1 : 1),
  );
  let y = TOP;
  const nodes = sorted.map(([name, { requests, errors, names }]): SankeyNode => {
    const height = Math.max(2, (requests / total) * SCALE);
    const row = Math.max(ROW, height + 6);
    const node = {
      column,
      name: name === OTHERS ? `${names.size} others` : name,
      folded: name === OTHERS ? names.size : 0,
      requests,
      errors,
      y: y + (row - height) / 2,
      height,
    };
    y += row;
    return node;
  });
  return { nodes, end: y };
}

function linksOf(
  ways: readonly Way[],
  column: 0 | 1,
  nodes: readonly (readonly SankeyNode[])[],
  total: number,
): SankeyLink[] {
  const find = (at: number, name: string) =>
    nodes[at]?.find((node) => (name === OTHERS ? node.folded > 0 : node.name === name));
  const sums = new Map<string, { from: string; to: string; requests: number; errors: number }>();
  for (const { flow, names } of ways) {
    const [from = OTHERS, to = OTHERS] = [names[column], names[column + 1]];
    const key = `${from}\u0001${to}`;
    const sum = sums.get(key) ?? { from, to, requests: 0, errors: 0 };
    sum.requests += flow.requests;
    sum.errors += flow.errors;
    sums.set(key, sum);
  }
  const order = (at: number, name: string) => find(at, name)?.y ?? 0;
  const sorted = [...sums.values()].toSorted(
    (a, b) =>
      order(column, a.from) - order(column, b.from) || order(column + 1, a.to) - order(column + 1, b.to),
  );
  const left = new Map<SankeyNode, number>();
  const right = new Map<SankeyNode, number>();
  return sorted.flatMap(({ from, to, requests, errors }) => {
    const [start, end] = [find(column, from), find(column + 1, to)];
    if (start === undefined || end === undefined) return [];
    const width = (requests / total) * SCALE;
    const fromY = start.y + (left.get(start) ?? 0) + width / 2;
    const toY = end.y + (right.get(end) ?? 0) + width / 2;
    left.set(start, (left.get(start) ?? 0) + width);
    right.set(end, (right.get(end) ?? 0) + width);
    const title = `${start.name} to ${end.name}: ${requests} requests`;
    return [{ column, requests, errors, width: Math.max(1, width), fromY, toY, title }];
  });
}
