/** Whether the API server answers, and lets the agent do all that it has to (SelfSubjectAccessReview). */
import * as z from "zod";
import { type KubeClient, KubeError, type KubeRequest } from "../kubernetes/client.ts";
import { operationOf, type ResourceOperation } from "../kubernetes/operation.ts";
import { missingRule } from "../kubernetes/rbac-rule.ts";
import { type AgentScope, agentRequests, ANY } from "./agent-requests.ts";
import { fail, failed, type Finding, ok } from "./finding.ts";

export interface KubernetesCheck extends AgentScope {
  readonly client: KubeClient;
}

const REACHED = "kubernetes";
const PERMISSIONS = "kubernetes permissions";

const versionSchema = z.looseObject({ gitVersion: z.string() });
const reviewSchema = z.looseObject({ status: z.looseObject({ allowed: z.boolean() }) });

export async function checkKubernetes({ client, ...scope }: KubernetesCheck): Promise<Finding[]> {
  try {
    const version = versionSchema.safeParse(await client.json({ method: "GET", path: "/version" }));
    if (!version.success) {
      return [fail(REACHED, `${client.server} is no Kubernetes API server`, "check --kubeconfig")];
    }
    const reached = ok(REACHED, `${client.server}, ${version.data.gitVersion}`);
    return [reached, ...(await checkPermissions(client, agentRequests(scope)))];
  } catch (error) {
    if (error instanceof KubeError) return [failed(REACHED, error)];
    throw error;
  }
}

async function checkPermissions(client: KubeClient, requests: readonly KubeRequest[]): Promise<Finding[]> {
  const missing: { readonly request: KubeRequest; readonly operation: ResourceOperation }[] = [];
  for (const request of requests) {
    const operation = needed(request);
    if (!(await isAllowed(client, operation))) missing.push({ request, operation });
  }
  if (missing.length === 0) return [ok(PERMISSIONS, `all ${requests.length} that the agent needs`)];
  return missing.map(({ request, operation }) =>
    fail(PERMISSIONS, `the account may not ${describe(operation)}`, `add to the ${missingRule(request)}`),
  );
}

function needed(request: KubeRequest): ResourceOperation {
  const operation = operationOf(request);
  if (operation === undefined) throw new TypeError(`${request.path} is no resource`);
  return operation.name === ANY ? { ...operation, name: undefined } : operation;
}

function describe({ verb, group, resource, subresource, namespace, name }: ResourceOperation): string {
  const type = `${resource}${group === "" ? "" : `.${group}`}${subresource === undefined ? "" : `/${subresource}`}`;
  const which = name === undefined ? type : `${type} ${name}`;
  return namespace === undefined ? `${verb} ${which}` : `${verb} ${which} in namespace ${namespace}`;
}

async function isAllowed(client: KubeClient, resourceAttributes: ResourceOperation): Promise<boolean> {
  const review = await client.json({
    method: "POST",
    path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    body: {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: { resourceAttributes },
    },
  });
  const result = reviewSchema.safeParse(review);
  if (result.success) return result.data.status.allowed;
  throw new KubeError({
    operation: "ask for the account's permissions",
    status: undefined,
    reason: "",
    problem: "the answer is no SelfSubjectAccessReview",
    remedy: "check that the address is that of a Kubernetes API server",
  });
}
