/** docs/deploy.md and the chart say the same. */
import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, it, test } from "vitest";
import { parse } from "yaml";
import { CHART, renderChart } from "../charts/support/helm.ts";

const GUIDE = new URL("../../docs/deploy.md", import.meta.url);

type Values = Readonly<Record<string, unknown>>;
const isValues = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `agent.kv.accountId` for every value that is set. What a chart takes as it is (annotations) ends a path. */
function pathsOf(values: Values, prefix = ""): string[] {
  return Object.entries(values).flatMap(([key, value]) =>
    isValues(value) && Object.keys(value).length > 0
      ? pathsOf(value, `${prefix}${key}.`)
      : [`${prefix}${key}`],
  );
}

interface Rule {
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** `leases of lintel-agent-default: get, update` */
const textOf = (resource: string, names: readonly string[], verbs: readonly string[]) =>
  `${resource}${names.map((name) => ` of ${name}`).join("")}: ${verbs.toSorted().join(", ")}`;

let guide: string;
let production: Values;
let publicGateway: Values;
beforeAll(async () => {
  guide = await readFile(GUIDE, "utf8");
  const blocks = Array.from(
    guide.matchAll(/^```yaml\n(.*?)^```$/gms),
    ([, text = ""]) => parse(text) as Values,
  );
  [production = {}, publicGateway = {}] = blocks;
});

describe("the values of the guide", () => {
  it("are values of the chart", async () => {
    const known = new Set(pathsOf(parse(await readFile(`${CHART}/values.yaml`, "utf8")) as Values));
    const used = [...pathsOf(production), ...pathsOf(publicGateway)];
    expect(used.length).toBeGreaterThan(10);
    expect(used.filter((path) => !known.has(path))).toEqual([]);
  });

  it("render, with the gateway's Service where the VPC service looks for it", async () => {
    const [, name, port] =
      /--hostname (\S+)\.lintel-system\.svc\.cluster\.local --http-port (\d+)/.exec(guide) ?? [];
    const objects = await renderChart(production);
    const named = (kind: string) =>
      objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);
    expect(named("Service")).toContain(name);
    expect(named("Deployment")).toEqual(
      expect.arrayContaining(["lintel-agent", "lintel-gateway", "lintel-cloudflared"]),
    );
    // All of them exist before.
    expect(named("Secret")).toEqual([]);
    const service = objects.find(({ kind, metadata }) => kind === "Service" && metadata.name === name);
    expect(service).toMatchObject({ spec: { ports: [{ port: Number(port) }] } });
  });

  it("render for a gateway with a public address", async () => {
    const { cloudflared: _, ...rest } = production as { cloudflared: unknown; gateway: object };
    const objects = await renderChart({
      ...rest,
      ...publicGateway,
      gateway: { ...rest.gateway, ...(publicGateway["gateway"] as object) },
    });
    const service = objects.find(
      ({ kind, metadata }) => kind === "Service" && metadata.name === "lintel-gateway",
    );
    expect(service).toMatchObject({ spec: { type: "LoadBalancer" } });
  });
});

test("the guide lists what the agent may do, as the chart grants it", async () => {
  const withPods = { ...production, agent: { ...(production["agent"] as object), dnsPods: "verified" } };
  const granted = (await renderChart(withPods))
    .filter(({ kind }) => kind === "ClusterRole" || kind === "Role")
    .flatMap((role) => (role as unknown as { rules: readonly Rule[] }).rules)
    .flatMap(({ resources, verbs, resourceNames = [] }) =>
      resources.map((resource) => textOf(resource, resourceNames, verbs)),
    );
  const [, section = ""] = guide.split("## What the agent may do in the cluster");
  const listed = Array.from(
    section.matchAll(/^\| `([a-z/]+)`(?: of the name `([\w-]+)`)? +\| ([a-z, ]+?) +\|/gm),
    ([, resource = "", name, verbs = ""]) =>
      textOf(resource, name === undefined ? [] : [name.replace("CLUSTER", "default")], verbs.split(", ")),
  );
  expect(listed.toSorted()).toEqual(granted.toSorted());
});
