/** The real client against the API server double, whose rules are those of RBAC. */
import { afterEach, beforeEach, expect, it, test } from "vitest";
import { checkKubernetes } from "../../../sync-agent/doctor/kubernetes.ts";
import type { AgentScope } from "../../../sync-agent/doctor/agent-requests.ts";
import { type ClosableKubeClient, createKubeClient } from "../../../sync-agent/kubernetes/kube-client.ts";
import { type ApiServer, type Grant, startApiServer } from "../../kubernetes/api-server/index.ts";
import { type Expected, expectFindings } from "./support/finding.ts";

let server: ApiServer;
let client: ClosableKubeClient;
beforeEach(async () => {
  server = await startApiServer({ tokens: ["token"] });
  client = await createKubeClient({
    kubeconfig: await server.kubeconfig({ token: "token" }),
    userAgent: "test",
  });
});
afterEach(async () => {
  await client.close();
  await server.close();
});

const SCOPE: AgentScope = {
  namespaces: [],
  pods: false,
  lease: { namespace: "lintel", name: "lintel-agent-test" },
};

const READ = ["list", "watch"];
/** All that the agent needs, and no more. */
const CLUSTER: Grant = {
  rules: [
    { apiGroups: ["networking.k8s.io"], resources: ["ingresses", "ingressclasses"], verbs: READ },
    { apiGroups: ["networking.k8s.io"], resources: ["ingresses/status"], verbs: ["patch"] },
    { apiGroups: [""], resources: ["services", "secrets", "configmaps", "namespaces"], verbs: READ },
    { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
    { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: READ },
  ],
};
const LEASE: Grant = {
  namespace: "lintel",
  rules: [
    {
      apiGroups: ["coordination.k8s.io"],
      resources: ["leases"],
      verbs: ["get", "update"],
      resourceNames: ["lintel-agent-test"],
    },
    { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create"] },
  ],
};

const REACHED: Expected = ["kubernetes", "ok", /^https?:\/\/.*v1\.\d+/];
const check = (scope: Partial<AgentScope> = {}) => checkKubernetes({ client, ...SCOPE, ...scope });

it("an account with just what the agent needs has nothing missing", async () => {
  server.setGrants([CLUSTER, LEASE]);
  expectFindings(await check(), [REACHED, ["kubernetes permissions", "ok", /^all 20 /]]);
});

test.each<[string, Partial<AgentScope>, readonly Grant[], readonly Expected[]]>([
  [
    "the Lease",
    {},
    [CLUSTER],
    [
      [
        "kubernetes permissions",
        "fail",
        /may not get leases.* lintel-agent-test in namespace lintel$/,
        /Role in namespace lintel.*"leases"/,
      ],
      ["kubernetes permissions", "fail", /may not update leases/, /"update"/],
      ["kubernetes permissions", "fail", /may not create leases/, /"create"/],
    ],
  ],
  [
    "pods, where their names are verified",
    { pods: true },
    [CLUSTER, LEASE],
    [
      [
        "kubernetes permissions",
        "fail",
        /may not list pods$/,
        /ClusterRole.*\["pods"\], verbs: \["list", "watch"\]/,
      ],
      ["kubernetes permissions", "fail", /may not watch pods$/],
    ],
  ],
  [
    "a namespace of several",
    { namespaces: ["lintel", "shop"] },
    [
      { ...CLUSTER, namespace: "lintel" },
      { rules: CLUSTER.rules.filter(({ apiGroups }) => apiGroups[0] === "networking.k8s.io") },
      { namespace: "shop", rules: CLUSTER.rules.filter(({ apiGroups }) => apiGroups[0] !== "") },
      {
        namespace: "shop",
        rules: [{ apiGroups: [""], resources: ["services", "configmaps", "events"], verbs: ["*"] }],
      },
      LEASE,
    ],
    [
      ["kubernetes permissions", "fail", /may not list secrets in namespace shop$/, /Role in namespace shop/],
      ["kubernetes permissions", "fail", /may not watch secrets in namespace shop$/],
    ],
  ],
])("what is missing for %s is named with its rule", async (_, scope, grants, missing) => {
  server.setGrants(grants);
  expectFindings(await check(scope), [REACHED, ...missing]);
});

it("a token that is not taken", async () => {
  server.setTokens(["another"]);
  expectFindings(await check(), [["kubernetes", "fail", /401|Unauthorized/i, /./]]);
});

it("a server that is not there", async () => {
  await server.close();
  const [finding, ...more] = await check();
  expect(more).toEqual([]);
  expect(finding).toMatchObject({ name: "kubernetes", outcome: "fail" });
});
