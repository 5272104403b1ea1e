/** The picture of the traffic: hosts, Services, endpoints, and between them ways as wide as their requests. */
import type { TrafficFlow } from "../../system/state/facts.ts";
import { number } from "./parts.tsx";
import { type Sankey, sankeyOf, type SankeyNode } from "./sankey-layout.ts";

const WIDTH = 1000;
const BAR = 8;
/** Where the bars of the three columns begin. */
const AT = [222, 470, 782] as const;
const HEADS = ["Hosts", "Services", "Endpoints"] as const;
const MOST_CHARS = 30;

export function SankeyPicture({ flows }: { readonly flows: readonly TrafficFlow[] }) {
  const picture = sankeyOf(flows);
  return (
    <svg
      class="sankey"
      viewBox={`0 0 ${WIDTH} ${Math.ceil(picture.height)}`}
      role="img"
      aria-label={labelOf(picture)}
    >
      {picture.links.map(({ column, width, fromY, toY, title, errors, requests }) => (
        <path
          class={errors * 20 > requests ? "bad" : undefined}
          stroke-width={width.toFixed(1)}
          d={wayOf(column, fromY, toY)}
        >
          <title>{title}</title>
        </path>
      ))}
      {HEADS.map((head, column) => (
        <text class="head" x={textX(column)} y="14" text-anchor={column === 0 ? "end" : "start"}>
          {head}
        </text>
      ))}
      {picture.nodes.map((node) => (
        <Node node={node} />
      ))}
    </svg>
  );
}

function Node({ node }: { readonly node: SankeyNode }) {
  const { column, name, requests, errors, y, height } = node;
  const short = name.length > MOST_CHARS ? `${name.slice(0, MOST_CHARS - 1)}…` : name;
  return (
    <g>
      <rect
        class={errors * 20 > requests ? "bad" : undefined}
        x={AT[column]}
        y={y.toFixed(1)}
        width={BAR}
        height={height.toFixed(1)}
        rx="1"
      />
      <text
        x={textX(column)}
        y={(y + height / 2 + 4).toFixed(1)}
        text-anchor={column === 0 ? "end" : "start"}
      >
        <title>{name}</title>
        {short} <tspan class="num">{number(requests)}</tspan>
      </text>
    </g>
  );
}

function textX(column: number): number {
  const at = AT[column] ?? 0;
  return column === 0 ? at - 8 : at + BAR + 8;
}

function wayOf(column: 0 | 1, fromY: number, toY: number): string {
  const [from, to] = [AT[column] + BAR, AT[column + 1] ?? WIDTH];
  const middle = (from + to) / 2;
  const [a, b] = [fromY.toFixed(1), toY.toFixed(1)];
  return `M${from},${a} C${middle},${a} ${middle},${b} ${to},${b}`;
}

function labelOf({ nodes }: Sankey): string {
  const count = (column: number) =>
    nodes.filter((node) => node.column === column).reduce((sum, { folded }) => sum + (folded || 1), 0);
  return `Requests from ${count(0)} hosts to ${count(1)} Services and ${count(2)} endpoints; the table below says the same.`;
}
