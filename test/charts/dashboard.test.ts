/** Grafana's dashboard against the metrics that agent and edge have, and the ConfigMap that carries it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, test } from "vitest";
import { createMetrics } from "../../sync-agent/report/metrics.ts";
import { DNS_FAMILIES } from "../../worker/dns/metrics.ts";
import { EDGE_FAMILIES } from "../../worker/observe/edge-metrics.ts";
import { readExposition } from "../sync-agent/report/exposition.ts";
import { CHART, renderChart, SLOW } from "./support/helm.ts";
import { readValues } from "./support/values.ts";

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat?: string }[];
}

interface Dashboard {
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly query: string | { readonly query: string } }[] };
}

const text = await readFile(join(CHART, "files/grafana-dashboard.json"), "utf8");
const dashboard = JSON.parse(text) as Dashboard;
const graphs = dashboard.panels.filter(({ type }) => type !== "row");
const targets = graphs.flatMap((panel) => panel.targets ?? []);
const queries = [
  ...targets.map(({ expr }) => expr),
  ...dashboard.templating.list.map(({ query }) => (typeof query === "string" ? query : query.query)),
];

const edgeFamilies = [...Object.values(EDGE_FAMILIES), ...Object.values(DNS_FAMILIES)];

/** Each name that a query may use. */
async function knownNames(): Promise<Set<string>> {
  const { families } = readExposition((await createMetrics({ cluster: "main", version: "1" }).scrape()).text);
  const all = [
    ...[...families].map(([name, { type }]) => ({ name, type })),
    ...edgeFamilies.map(({ name, type }): { name: string; type: string } => ({ name, type })),
  ];
  return new Set(
    all.flatMap(({ name, type }) =>
      type === "histogram" ? ["_bucket", "_sum", "_count"].map((suffix) => name + suffix) : [name],
    ),
  );
}

it("asks for metrics that there are, and for no others", async () => {
  const known = await knownNames();
  const asked = queries.flatMap((query) => query.match(/\blintel_\w+/g) ?? []);
  expect(asked.length).toBeGreaterThan(20);
  expect(asked.filter((name) => !known.has(name))).toEqual([]);
});

it("shows every metric of the edge", () => {
  const all = queries.join("\n");
  expect(edgeFamilies.map(({ name }) => name).filter((name) => !all.includes(name))).toEqual([]);
});

it("groups and filters the edge's metrics by labels that they have", () => {
  for (const { expr, legendFormat = "" } of targets) {
    const families = edgeFamilies.filter(({ name }) => expr.includes(name));
    if (families.length === 0) continue;
    const labels = new Set<string>(families.flatMap(({ labels }) => [...labels, "le"]));
    const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, names = ""]) => names.split(/, ?/));
    const filtered = [...expr.matchAll(/(\w+)=~?"/g)].map(([, name = ""]) => name);
    const shown = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = ""]) => name);
    const unknown = [...grouped, ...filtered, ...shown].filter((name) => !labels.has(name));
    expect([expr, unknown]).toEqual([expr, []]);
    expect([expr, shown.filter((name) => !grouped.includes(name))]).toEqual([expr, []]);
  }
});

it("has panels with a number, a title and an explanation of their own", () => {
  const ids = dashboard.panels.map(({ id }) => id);
  const titles = dashboard.panels.map(({ title }) => title);
  expect([ids, titles]).toEqual([[...new Set(ids)], [...new Set(titles)]]);
  expect(graphs.filter(({ description = "" }) => description === "")).toEqual([]);
});

test(
  "the chart puts it into a ConfigMap that Grafana's sidecar finds, where that is wanted",
  SLOW,
  async () => {
    const values = await readValues("minimal");
    const mapsOf = async (grafanaDashboard: object) =>
      (await renderChart({ ...values, grafanaDashboard })).filter(
        ({ kind, metadata }) => kind === "ConfigMap" && metadata.name.endsWith("grafana-dashboard"),
      );
    expect(await mapsOf({})).toEqual([]);
    const [map] = await mapsOf({ enabled: true, annotations: { grafana_folder: "Edge" } });
    expect(map?.metadata.labels).toMatchObject({ grafana_dashboard: "1" });
    expect(JSON.parse(map?.data?.["lintel.json"] ?? "")).toEqual(dashboard);
  },
);
