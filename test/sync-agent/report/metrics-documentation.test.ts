/** docs/metrics.md lists every metric as agent and edge have it. */
import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import type { Records } from "../../../contract/index.ts";
import type { ClusterState } from "../../../sync-agent/cluster/state.ts";
import { KubeError } from "../../../sync-agent/kubernetes/client.ts";
import { createMetrics } from "../../../sync-agent/report/metrics.ts";
import { createStatus } from "../../../sync-agent/report/status.ts";
import { DNS_FAMILIES } from "../../../worker/dns/metrics.ts";
import { EDGE_FAMILIES } from "../../../worker/observe/edge-metrics.ts";
import { readExposition } from "./exposition.ts";

const PAGE = new URL("../../../docs/metrics.md", import.meta.url);

interface Row {
  readonly name: string;
  readonly type: string;
  readonly labels: string;
  readonly help: string;
}

const plain = (cell: string) => cell.replaceAll("`", "").trim();

/** Rows of tables whose first cell is one of our names. */
function documented(page: string, prefix: string): Row[] {
  return page
    .split("\n")
    .filter((line) => line.startsWith(`| \`${prefix}`))
    .map((line) => {
      const [, name = "", type = "", labels = "", help = ""] = line.split("|").map(plain);
      return { name, type, labels, help };
    });
}

/** Metrics show their labels only once they have a value; so each is given one. */
async function registered(): Promise<Row[]> {
  const metrics = createMetrics({ cluster: "main", version: "1" });
  metrics.source.listed("Pod", 1, 1);
  metrics.source.event("Pod");
  metrics.source.watchEnded("Pod", "expired");
  metrics.source.failed(
    "Pod",
    new KubeError({ operation: "list pods", status: undefined, reason: "", problem: "p", remedy: "r" }),
  );
  metrics.follow({
    status: () => createStatus().read(),
    source: () => ({
      synced: true,
      resources: [{ kind: "Pod", namespace: "", synced: true, lastContact: 1 }],
    }),
  });
  metrics.agent.compiled(1, { Pod: new Map() } as Partial<ClusterState> as ClusterState, [], 1);
  metrics.kv("put", "ok", 1, 1);
  const empty = new Map<string, never>();
  const records: Records = {
    hosts: empty,
    services: empty,
    certificates: new Map([["a.test", { chain: "", key: "", notAfter: 1, secret: "shop/tls" }]]),
    addresses: empty,
    zones: empty,
  };
  metrics.snapshot({ records, certificates: [] });
  const { families } = readExposition((await metrics.scrape()).text);
  return [...families]
    .filter(([name]) => name.startsWith("lintel_agent_"))
    .map(([name, { type, labels, help }]) => ({ name, type, labels: labels.join(", "), help }));
}

const byName = (a: Row, b: Row) => (a.name < b.name ? -1 : 1);

it("the page lists every metric of the agent, with its type, labels and meaning", async () => {
  const rows = documented(await readFile(PAGE, "utf8"), "lintel_agent_");
  expect(rows.toSorted(byName)).toEqual((await registered()).toSorted(byName));
});

it("and those of the edge", async () => {
  const rows = documented(await readFile(PAGE, "utf8"), "lintel_edge_");
  const families = [...Object.values(EDGE_FAMILIES), ...Object.values(DNS_FAMILIES)].map(
    ({ name, type, labels, help }) => ({ name, type, labels: labels.join(", "), help }),
  );
  expect(rows.toSorted(byName)).toEqual(families.toSorted(byName));
});
