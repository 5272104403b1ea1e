/** The resolver's configuration from the cluster's Corefile, and what stays when that is bad. */
import { describe, expect, it, test } from "vitest";
import { type DnsSettings, standardDns } from "../../../contract/index.ts";
import type { ClusterState } from "../../../sync-agent/cluster/state.ts";
import { type CompiledDns, compileDns, type DnsOptions } from "../../../sync-agent/compile/dns.ts";
import { clusterState, configMap } from "./support/objects.ts";
import { OPTIONS } from "./support/options.ts";

const KEY = "kube-system/coredns";
const CONFIG_MAP = { kind: "configMap", key: KEY, isNamed: false } as const;
const SOA = "@ 60 IN SOA ns hostmaster 1 2 3 4 5\n";

function compiled(state: ClusterState, options: Partial<DnsOptions> = {}): CompiledDns {
  return compileDns(state, { dns: OPTIONS.dns, corefile: CONFIG_MAP, ...options });
}

const stateOf = (corefile: string, more: Record<string, string> = {}, custom?: Record<string, string>) =>
  clusterState({
    ConfigMap: [
      configMap(KEY, { Corefile: corefile, ...more }),
      ...(custom === undefined ? [] : [configMap(`${KEY}-custom`, custom)]),
    ],
  });

const plugins = ({ settings }: { settings: DnsSettings }) =>
  settings.servers.flatMap((server) => server.plugins.map(({ plugin }) => plugin));
const said = ({ warnings }: CompiledDns) =>
  warnings.map(({ field, reason, message }) => `${reason} ${field}: ${message}`);

const GOOD = ".:53 {\nkubernetes cluster.local\nerrors\n}";
const OTHER = ".:53 {\nkubernetes cluster.local\nlog\n}";
const BAD = ".:53 {\nkubernetes cluster.local {\nttl soon\n}\n}";

describe("without a Corefile", () => {
  test.each<[string, ClusterState, Partial<DnsOptions>, string[]]>([
    ["because there is none", clusterState({}), {}, []],
    ["because it is not wanted", stateOf(BAD), { corefile: undefined }, []],
    [
      "because the one that is named is not there",
      clusterState({}),
      { corefile: { ...CONFIG_MAP, isNamed: true } },
      [
        "CorefileRefused metadata.name: The ConfigMap does not exist; the resolver answers for the cluster alone.",
      ],
    ],
  ])("%s, the standard holds", (_, state, options, expected) => {
    const result = compiled(state, options);
    expect(result.settings).toEqual(standardDns(OPTIONS.dns));
    expect(result.isLacking).toBe(false);
    expect(said(result)).toEqual(expected);
  });
});

it("follows a Corefile with the keys beside it, and the ConfigMap of additions", () => {
  const result = compiled(
    stateOf(
      "example.org {\nfile db\nimport custom/*.override\n}\nimport custom/*.server",
      { db: SOA },
      {
        "x.override": "errors",
        "y.server": "y.test {\nhosts {\n10.0.0.1 a.y.test\n}\n}",
      },
    ),
  );
  expect(plugins(result)).toEqual(["errors", "file", "hosts"]);
  expect([...result.records.keys()]).toEqual(["file/example.org", expect.stringMatching(/^hosts\//)]);
  expect(result.warnings).toEqual([]);
});

it("says where the cluster's domain is another one", () => {
  expect(said(compiled(stateOf(".:53 {\nkubernetes corp.local in-addr.arpa\n}")))).toEqual([
    "CorefileIgnored data[Corefile], line 1: The kubernetes plugin answers for corp.local, and not for cluster.local, which --cluster-domain names.",
  ]);
});

it("keeps notes to itself", () => {
  expect(compiled(stateOf(".:53 {\nhealth\nready\nkubernetes cluster.local\n}")).warnings).toEqual([]);
});

it("reads nothing anew that has not changed", () => {
  const state = stateOf(GOOD);
  const first = compiled(state);
  const second = compiled(state, { dnsMemory: first.memory });
  expect(second.memory.reading?.result).toBe(first.memory.reading?.result);
  expect(second.settings).toEqual(first.settings);
});

describe("a Corefile with an error", () => {
  test("keeps the last good one", () => {
    const first = compiled(stateOf(GOOD));
    const second = compiled(stateOf(BAD), { dnsMemory: first.memory });
    expect(second.settings).toEqual(first.settings);
    expect(second.isLacking).toBe(false);
    expect(said(second)).toEqual([
      'CorefileRefused data[Corefile], line 3: The Corefile cannot be served: the TTL is "soon". The one that was served last stays served.',
    ]);
    const third = compiled(stateOf(BAD), { dnsMemory: second.memory });
    expect(third.settings).toEqual(first.settings);
    expect(plugins(compiled(stateOf(OTHER), { dnsMemory: third.memory }))).toEqual(["log", "kubernetes"]);
  });

  test("takes what is published, where nothing is remembered", () => {
    const before = compiled(stateOf("example.org {\nfile db\n}", { db: SOA }));
    const published = { settings: before.settings, records: before.records };
    const lacking = compiled(stateOf(BAD));
    expect(lacking.isLacking).toBe(true);
    expect(lacking.settings).toEqual(standardDns(OPTIONS.dns));
    expect(said(lacking)[0]).toContain("None was served before; the resolver answers for the cluster alone.");
    const found = compiled(stateOf(BAD), { dnsMemory: lacking.memory, publishedDns: published });
    expect(found.isLacking).toBe(false);
    expect(found.settings).toEqual(before.settings);
    expect(found.records).toEqual(before.records);
    const later = compiled(stateOf(BAD), { dnsMemory: found.memory });
    expect(later.settings).toEqual(before.settings);
    expect(said(later)[0]).toContain("The one that was served last stays served.");
  });

  test("shows no Services that a published selection hid", () => {
    const before = compiled(stateOf(".:53 {\nkubernetes cluster.local {\nlabels app=web\n}\n}"));
    const published = { settings: before.settings, records: before.records };
    const [server] = compiled(stateOf(BAD), { publishedDns: published }).settings.servers;
    expect(server?.plugins).toMatchObject([{ plugin: "kubernetes", namespaces: [] }]);
    expect(server?.plugins[0]).not.toHaveProperty("selection");
  });

  test("or without its key keeps the last good one as well", () => {
    const first = compiled(stateOf(GOOD));
    const state = clusterState({ ConfigMap: [configMap(KEY, { other: "x" })] });
    const second = compiled(state, { dnsMemory: first.memory });
    expect(second.settings).toEqual(first.settings);
    expect(said(second)).toEqual([
      "CorefileRefused data: The ConfigMap has no key Corefile. What was served last stays served.",
    ]);
  });

  test("is forgotten with its ConfigMap", () => {
    const first = compiled(stateOf(GOOD));
    const second = compiled(clusterState({}), { dnsMemory: first.memory });
    expect(second.settings).toEqual(standardDns(OPTIONS.dns));
    expect(compiled(stateOf(BAD), { dnsMemory: second.memory }).isLacking).toBe(true);
  });
});

describe("a zone with an error", () => {
  const corefile = "example.org {\nfile db\nerrors\n}";
  test("keeps its last good text, and nothing else does", () => {
    const first = compiled(stateOf(corefile, { db: SOA }));
    const second = compiled(stateOf("example.org {\nfile db\nlog\n}", { db: `${SOA}a A x\n` }), {
      dnsMemory: first.memory,
    });
    expect(second.records).toEqual(first.records);
    expect(plugins(second)).toEqual(["log", "file"]);
    expect(said(second)).toEqual([
      'ZoneFileRefused data[db], line 2: Zone example.org: "x" is no IPv4 address; it stays as it was served last.',
    ]);
  });

  test("asks for what is published, and has no record where there is none", () => {
    const bad = stateOf(corefile, { db: "a A x\n" });
    const lacking = compiled(bad);
    expect(lacking.isLacking).toBe(true);
    expect(lacking.records.size).toBe(0);
    expect(lacking.settings.servers[0]?.plugins.at(-1)).toEqual({
      plugin: "file",
      files: [{ zone: "example.org", record: "file/example.org" }],
    });
    const before = compiled(stateOf(corefile, { db: SOA }));
    const published = { settings: before.settings, records: before.records };
    expect(compiled(bad, { publishedDns: published }).records).toEqual(before.records);
    expect(compiled(bad, { publishedDns: { ...published, records: new Map() } }).isLacking).toBe(false);
  });
});

describe("selections", () => {
  const state = clusterState({
    ConfigMap: [
      configMap(KEY, {
        Corefile:
          "a.test {\nkubernetes {\nlabels tier=front\nnamespace_labels dns=yes\n}\n}\nb.test {\nkubernetes {\nlabels !tier\npods verified\n}\n}",
      }),
    ],
    Namespace: [
      {
        metadata: { ...configMap("/shop", {}).metadata, namespace: "", name: "shop", labels: { dns: "yes" } },
      },
      { metadata: { ...configMap("/blog", {}).metadata, namespace: "", name: "blog" } },
    ],
  });

  test("of namespaces are looked up, those of Services are numbered", () => {
    const { settings, services, usesPods } = compiled(state);
    expect(settings.servers.map(({ plugins: [plugin] }) => plugin)).toMatchObject([
      { zones: ["a.test"], namespaces: ["shop"], selection: 0 },
      { zones: ["b.test"], selection: 1, pods: "verified" },
    ]);
    expect(services.selectors).toHaveLength(2);
    expect(usesPods).toBe(true);
  });
});
