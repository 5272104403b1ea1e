/** Values that the chart refuses, and what it says of them. Its schema tells every fault, so many are tried in one run. */
import { describe, expect, it } from "vitest";
import { together } from "./support/batches.ts";
import { type Run, SLOW, templateChart } from "./support/helm.ts";
import { merged, readValues } from "./support/values.ts";

const minimal = await readValues("minimal");
const render = (above: object) => templateChart(merged(minimal, above) as object);

const BY_SCHEMA: readonly (readonly [string, object, string])[] = [
  ["an unknown value", { agnet: {} }, "additional properties 'agnet' not allowed"],
  ["an unknown value within", { agent: { sysHost: "x" } }, "additional properties 'sysHost' not allowed"],
  ["no system host", { agent: { systemHost: "" } }, "/agent/systemHost"],
  ["a system host with a scheme", { agent: { systemHost: "https://edge.example.com" } }, "/agent/systemHost"],
  ["no account", { agent: { kv: { accountId: "" } } }, "/agent/kv/accountId"],
  ["no namespace of KV", { agent: { kv: { namespaceId: "" } } }, "/agent/kv/namespaceId"],
  ["a KV URL without a scheme", { agent: { kv: { url: "api.cloudflare.com" } } }, "/agent/kv/url"],
  ["no agents", { agent: { replicas: 0 } }, "/agent/replicas"],
  ["a number as text", { agent: { replicas: "2" } }, "/agent/replicas"],
  ["a cluster's name with capitals", { agent: { cluster: "Prod" } }, "/agent/cluster"],
  ["a namespace that cannot be", { agent: { namespaces: ["a b"] } }, "/agent/namespaces/0"],
  ["an unknown mode of certificates", { agent: { certificates: "auto" } }, "/agent/certificates"],
  ["a zone's name for its id", { agent: { zoneIds: ["example.com"] } }, "/agent/zoneIds/0"],
  ["an unknown mode of pods", { agent: { dnsPods: "all" } }, "/agent/dnsPods"],
  ["a Corefile that is no ConfigMap", { agent: { corefile: "/etc/coredns/Corefile" } }, "/agent/corefile"],
  ["an unknown level", { agent: { logLevel: "trace" } }, "/agent/logLevel"],
  [
    "a signing key that is none",
    { agent: { keys: { signingKey: "keys/signing.key" } } },
    "/agent/keys/signingKey",
  ],
  [
    "a public key that is none",
    { agent: { keys: { publicKey: "keys/signing.pub" } } },
    "/agent/keys/publicKey",
  ],
  ["a digest that is none", { agent: { image: { digest: "latest" } } }, "/agent/image/digest"],
  ["a Secret's name that cannot be", { agent: { token: { existingSecret: "My Secret" } } }, "/agent/token"],
  ["no targets", { gateway: { targets: [] } }, "/gateway/targets"],
  ["an address as a target", { gateway: { targets: ["10.0.0.1"] } }, "/gateway/targets/0"],
  ["a range that is too narrow", { gateway: { targets: ["10.0.0.0/33"] } }, "/gateway/targets/0"],
  ["a range with a name", { gateway: { targets: ["pods/8"] } }, "/gateway/targets/0"],
  ["two ranges in one", { gateway: { targets: ["10.0.0.0/8 0.0.0.0/0"] } }, "/gateway/targets/0"],
  ["a range with a line of its own", { gateway: { targets: ["10.0.0.0/8\n  acl x"] } }, "/gateway/targets/0"],
  ["a duration without a unit", { gateway: { timeouts: { idle: "60" } } }, "/gateway/timeouts/idle"],
  ["no duration at all", { gateway: { timeouts: { idle: "0s" } } }, "/gateway/timeouts/idle"],
  ["a duration with more", { gateway: { timeouts: { idle: "1s\n" } } }, "/gateway/timeouts/idle"],
  ["a privileged port", { gateway: { port: 80 } }, "/gateway/port"],
  [
    "a name server's name",
    { gateway: { dns: { nameservers: ["kube-dns:53"] } } },
    "/gateway/dns/nameservers/0",
  ],
  [
    "authorities by file name",
    { gateway: { upstreamAuthorities: "ca.pem" } },
    "/gateway/upstreamAuthorities",
  ],
  ["an unknown type of Service", { gateway: { service: { type: "ExternalName" } } }, "/gateway/service/type"],
  ["a secret with spaces", { gateway: { secret: { value: "a b" } } }, "/gateway/secret/value"],
  ["a switch as text", { serviceMonitor: { enabled: "yes" } }, "/serviceMonitor/enabled"],
  ["a port that cannot be", { networkPolicy: { apiServerPorts: [0] } }, "/networkPolicy/apiServerPorts/0"],
];

const batches = together(BY_SCHEMA.map(([, values]) => values));
const runs = new Map<object, Promise<Run>>();

/** Of a batch, once. */
function renderBatch(values: object): Promise<Run> {
  const run = runs.get(values) ?? render(values);
  runs.set(values, run);
  return run;
}

describe("the chart's schema refuses", SLOW, () => {
  it.each(BY_SCHEMA)("%s", async (_, values, words) => {
    const { code, stdout, stderr } = await renderBatch(batches.get(values) ?? values);
    expect([code, stdout, stderr]).toEqual([1, "", expect.stringContaining(words)]);
  });
});

describe("the chart refuses", SLOW, () => {
  it.each<[string, object, string]>([
    ["one port for both", { gateway: { healthPort: 8080 } }, "gateway.healthPort must not be gateway.port"],
    ["no keys", { agent: { keys: { existingSecret: "" } } }, "create keys with `lintel keys --out keys`"],
    [
      "some keys",
      { agent: { keys: { existingSecret: "", sealingKey: `${"A".repeat(43)}=` } } },
      "create keys with `lintel keys --out keys`",
    ],
    [
      "no token",
      { agent: { token: { existingSecret: "" } } },
      "agent.token: pass --set-file agent.token.value=FILE",
    ],
    ["no gateway secret", { gateway: { secret: { existingSecret: "" } } }, "gateway.secret: pass --set-file"],
    ["no tunnel token", { cloudflared: { enabled: true } }, "cloudflared.token: pass --set-file"],
  ])("%s", async (_, values, words) => {
    const { code, stdout, stderr } = await render(values);
    expect([code, stdout, stderr]).toEqual([1, "", expect.stringContaining(words)]);
  });

  it.each<[string, object]>([
    [
      "a gateway's secret where there is no gateway",
      { gateway: { enabled: false, secret: { existingSecret: "" } } },
    ],
    ["IPv6 ranges", { gateway: { targets: ["fd00::/8", "::ffff:10.0.0.0/104"] } }],
    ["Helm's own values", { global: { imageRegistry: "x" } }],
  ])("not %s", async (_, values) => {
    expect((await render(values)).code).toBe(0);
  });
});
