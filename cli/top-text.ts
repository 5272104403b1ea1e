/** `lintel top` as text. Pure. */
import type { TrafficAnswer } from "./edge-api.ts";
import { trafficTexts } from "./status-text.ts";
import { type Column, count, milliseconds, printable, share, table } from "./table.ts";

export const TOP_KINDS = ["hosts", "services", "endpoints"] as const;
export type TopKind = (typeof TOP_KINDS)[number];
export const TOP_ORDERS = ["requests", "errors", "latency"] as const;
export type TopOrder = (typeof TOP_ORDERS)[number];

export interface TopView {
  readonly kind: TopKind;
  readonly order: TopOrder;
}

export interface TopRow {
  readonly name: string;
  /** Of an endpoint. */
  readonly service: string | undefined;
  readonly requests: number;
  readonly errors: number;
  /** The mean time that requests took; `undefined` where the edge does not tell. */
  readonly ms: number | undefined;
}

/** The first are those with the most of what they are sorted by; then those with the most requests. */
export function topRows(traffic: TrafficAnswer, { kind, order }: TopView): TopRow[] {
  if (traffic === null) return [];
  const by = (row: TopRow) => (order === "latency" ? (row.ms ?? -1) : row[order]);
  return rowsOf(traffic, kind).toSorted(
    (a, b) => by(b) - by(a) || b.requests - a.requests || (a.name < b.name ? -1 : 1),
  );
}

function rowsOf(traffic: NonNullable<TrafficAnswer>, kind: TopKind): TopRow[] {
  const row = (
    name: string,
    service: string | undefined,
    { requests, errors, ms }: { requests: number; errors: number; ms?: number | null | undefined },
  ): TopRow => ({ name, service, requests, errors, ms: ms ?? undefined });
  switch (kind) {
    case "hosts":
      return traffic.hosts.map((host) => row(host.host, undefined, host));
    case "services":
      return traffic.services.map((service) => row(service.service, undefined, service));
    case "endpoints":
      return traffic.endpoints.map((endpoint) => row(endpoint.endpoint, endpoint.service, endpoint));
  }
}

const NAMES: Readonly<Record<TopKind, string>> = {
  hosts: "HOST",
  services: "SERVICE",
  endpoints: "ENDPOINT",
};

/** @param most rows. */
export function topLines(traffic: TrafficAnswer, view: TopView, most: number): string[] {
  const summary = trafficTexts(traffic === null ? null : traffic.summary);
  if (traffic === null) return [`The edge's traffic ${summary.join(", ")}.`];
  const rows = topRows(traffic, view);
  const marked = (name: string, order: TopOrder) => `${name}${view.order === order ? " ▼" : ""}`;
  const columns: Column[] = [
    { name: NAMES[view.kind] },
    ...(view.kind === "endpoints" ? [{ name: "SERVICE" }] : []),
    { name: marked("REQUESTS", "requests"), right: true },
    { name: marked("ERRORS", "errors"), right: true },
    { name: "SHARE", right: true },
    { name: marked("MEAN", "latency"), right: true },
  ];
  const shown = rows.slice(0, Math.max(0, most));
  const lines = table(
    columns,
    shown.map(({ name, service, requests, errors, ms }) => [
      name,
      ...(service === undefined ? [] : [service]),
      count(requests),
      count(errors),
      share(errors, requests),
      milliseconds(ms),
    ]),
  );
  const more = rows.length - shown.length;
  return [
    ...summary.map(printable),
    `${view.kind} in about the last ${traffic.minutes} min:`,
    "",
    ...lines,
    ...(more > 0 ? [`and ${count(more)} more`] : []),
  ];
}
