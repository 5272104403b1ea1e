/** What the chart lets the agent do: as much as it does, and no more. */
import { describe, expect, it } from "vitest";
import { agentRequests } from "../../sync-agent/doctor/agent-requests.ts";
import { operationOf, type ResourceOperation } from "../../sync-agent/kubernetes/operation.ts";
import type { PolicyRule } from "../kubernetes/api-server/index.ts";
import { grantsTo } from "./support/grants.ts";
import { SLOW, renderChart } from "./support/helm.ts";
import { merged, readValues } from "./support/values.ts";

const minimal = await readValues("minimal");
const ACCOUNT = { name: "lintel-agent", namespace: "lintel-system" };
const EVERYWHERE = "*";

/** `NAMESPACE verb group/resource[ name]` for each right that the agent's account is bound to. */
async function granted(agent: object): Promise<string[]> {
  const objects = await renderChart(merged(minimal, { agent }) as object);
  return grantsTo(ACCOUNT, objects)
    .flatMap(({ namespace = EVERYWHERE, rules }) => rules.flatMap((rule) => rightsOf(rule, namespace)))
    .toSorted();
}

function rightsOf(
  { apiGroups, resources, verbs, resourceNames = [""] }: PolicyRule,
  namespace: string,
): string[] {
  return apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      verbs.flatMap((verb) =>
        resourceNames.map((name) => `${namespace} ${verb} ${group}/${resource} ${name}`.trim()),
      ),
    ),
  );
}

function neededFor(operation: ResourceOperation): string {
  const { verb, group, resource, subresource, namespace = EVERYWHERE, name } = operation;
  const type = subresource === undefined ? resource : `${resource}/${subresource}`;
  // Rights by name are for the Lease alone; RBAC cannot limit `create` so.
  const only = resource === "leases" && verb !== "create" ? name : "";
  return `${namespace} ${verb} ${group}/${type} ${only}`.trim();
}

/** The agent's requests, and the single objects that it reads to write Events and statuses for them. */
function needed(namespaces: readonly string[], pods: boolean, leaseName: string): string[] {
  const lease = { namespace: "lintel-system", name: leaseName };
  const operations = agentRequests({ namespaces, pods, lease })
    .map(operationOf)
    .filter((operation) => operation !== undefined);
  const scopes = namespaces.length === 0 ? [EVERYWHERE] : namespaces;
  const single = scopes.flatMap((scope) => [
    `${scope} get networking.k8s.io/ingresses`,
    `${scope} get /services`,
  ]);
  return [...new Set([...operations.map(neededFor), ...single])].toSorted();
}

describe("the agent's rights", SLOW, () => {
  it("in the whole cluster", async () => {
    expect(await granted({})).toEqual(needed([], false, "lintel-agent-default"));
  });

  it("with pods verified", async () => {
    expect(await granted({ dnsPods: "verified" })).toEqual(needed([], true, "lintel-agent-default"));
  });

  it("in some namespaces, where nothing but IngressClasses is read elsewhere", async () => {
    const rights = await granted({ namespaces: ["shop", "blog"], cluster: "production" });
    expect(rights).toEqual(needed(["shop", "blog"], false, "lintel-agent-production"));
    expect(rights.filter((right) => right.startsWith(EVERYWHERE))).toEqual([
      "* list networking.k8s.io/ingressclasses",
      "* watch networking.k8s.io/ingressclasses",
    ]);
  });

  it("as a list", async () => {
    expect(await granted({})).toEqual([
      "* create /events",
      "* get /services",
      "* get networking.k8s.io/ingresses",
      "* list /configmaps",
      "* list /namespaces",
      "* list /secrets",
      "* list /services",
      "* list discovery.k8s.io/endpointslices",
      "* list networking.k8s.io/ingressclasses",
      "* list networking.k8s.io/ingresses",
      "* patch /events",
      "* patch networking.k8s.io/ingresses/status",
      "* watch /configmaps",
      "* watch /namespaces",
      "* watch /secrets",
      "* watch /services",
      "* watch discovery.k8s.io/endpointslices",
      "* watch networking.k8s.io/ingressclasses",
      "* watch networking.k8s.io/ingresses",
      "lintel-system create coordination.k8s.io/leases",
      "lintel-system get coordination.k8s.io/leases lintel-agent-default",
      "lintel-system update coordination.k8s.io/leases lintel-agent-default",
    ]);
  });
});
