/** The rule that an account lacks, ready to be pasted under `rules:` of a Role or ClusterRole. */
import type { KubeRequest } from "./client.ts";
import { operationOf } from "./operation.ts";

/** Verbs that are of no use one without the other. */
const TOGETHER: Readonly<Record<string, readonly string[]>> = {
  list: ["list", "watch"],
  watch: ["list", "watch"],
};

export function missingRule(request: Pick<KubeRequest, "method" | "path" | "query">): string {
  const operation = operationOf(request);
  if (operation === undefined) {
    return `rules of a ClusterRole bound to it: - {nonResourceURLs: ["${request.path}"], verbs: ["${request.method.toLowerCase()}"]}`;
  }
  const { verb, group, resource, subresource, namespace } = operation;
  const type = subresource === undefined ? resource : `${resource}/${subresource}`;
  const verbs = (TOGETHER[verb] ?? [verb]).map((each) => `"${each}"`).join(", ");
  const role =
    namespace === undefined
      ? "a ClusterRole bound to it by a ClusterRoleBinding"
      : `a Role in namespace ${namespace} bound to it by a RoleBinding`;
  return `rules of ${role}: - {apiGroups: ["${group}"], resources: ["${type}"], verbs: [${verbs}]}`;
}
