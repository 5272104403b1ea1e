import { describe, expect, test } from "vitest";
import type { KubeRequest } from "../../../sync-agent/kubernetes/client.ts";
import { describeRequest } from "../../../sync-agent/kubernetes/operation.ts";
import { missingRule } from "../../../sync-agent/kubernetes/rbac-rule.ts";

const networking = "/apis/networking.k8s.io/v1";

describe("a request in words, and the rule that allows it", () => {
  test.each<[KubeRequest["method"], string, KubeRequest["query"], string, string]>([
    [
      "GET",
      `${networking}/ingresses`,
      { limit: "500" },
      "list ingresses.networking.k8s.io in all namespaces",
      'rules of a ClusterRole bound to it by a ClusterRoleBinding: - {apiGroups: ["networking.k8s.io"], resources: ["ingresses"], verbs: ["list", "watch"]}',
    ],
    [
      "GET",
      "/api/v1/namespaces/shop/secrets",
      { watch: "1", fieldSelector: "metadata.name=tls" },
      "watch secrets (metadata.name=tls) in namespace shop",
      'rules of a Role in namespace shop bound to it by a RoleBinding: - {apiGroups: [""], resources: ["secrets"], verbs: ["list", "watch"]}',
    ],
    [
      "GET",
      `${networking}/ingressclasses`,
      undefined,
      "list ingressclasses.networking.k8s.io",
      'rules of a ClusterRole bound to it by a ClusterRoleBinding: - {apiGroups: ["networking.k8s.io"], resources: ["ingressclasses"], verbs: ["list", "watch"]}',
    ],
    [
      "GET",
      "/api/v1/namespaces/shop",
      undefined,
      "get namespaces shop",
      'rules of a ClusterRole bound to it by a ClusterRoleBinding: - {apiGroups: [""], resources: ["namespaces"], verbs: ["get"]}',
    ],
    [
      "PATCH",
      `${networking}/namespaces/shop/ingresses/web/status`,
      undefined,
      "patch ingresses.networking.k8s.io/status shop/web",
      'rules of a Role in namespace shop bound to it by a RoleBinding: - {apiGroups: ["networking.k8s.io"], resources: ["ingresses/status"], verbs: ["patch"]}',
    ],
    [
      "POST",
      "/apis/coordination.k8s.io/v1/namespaces/lintel/leases",
      undefined,
      "create leases.coordination.k8s.io in namespace lintel",
      'rules of a Role in namespace lintel bound to it by a RoleBinding: - {apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create"]}',
    ],
    [
      "PUT",
      "/apis/coordination.k8s.io/v1/namespaces/lintel/leases/agent%2Da",
      undefined,
      "update leases.coordination.k8s.io lintel/agent-a",
      'rules of a Role in namespace lintel bound to it by a RoleBinding: - {apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["update"]}',
    ],
    [
      "PUT",
      "/api/v1/namespaces/shop/status",
      undefined,
      "update namespaces/status shop",
      'rules of a ClusterRole bound to it by a ClusterRoleBinding: - {apiGroups: [""], resources: ["namespaces/status"], verbs: ["update"]}',
    ],
    [
      "DELETE",
      "/api/v1/namespaces/shop/services",
      undefined,
      "deletecollection services in namespace shop",
      'rules of a Role in namespace shop bound to it by a RoleBinding: - {apiGroups: [""], resources: ["services"], verbs: ["deletecollection"]}',
    ],
    [
      "DELETE",
      "/api/v1/namespaces/shop",
      undefined,
      "delete namespaces shop",
      'rules of a ClusterRole bound to it by a ClusterRoleBinding: - {apiGroups: [""], resources: ["namespaces"], verbs: ["delete"]}',
    ],
    [
      "GET",
      "/version",
      undefined,
      "GET /version",
      'rules of a ClusterRole bound to it: - {nonResourceURLs: ["/version"], verbs: ["get"]}',
    ],
  ])("%s %s", (method, path, query, words, rule) => {
    expect(describeRequest({ method, path, query })).toBe(words);
    expect(missingRule({ method, path, query })).toBe(rule);
  });
});
