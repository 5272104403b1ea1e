import { describe, expect, test } from "vitest";
import { namedObject, resourcesFor } from "../../../../sync-agent/cluster/kubernetes/resources.ts";

const asked = (resources: ReturnType<typeof resourcesFor>) =>
  resources
    .map(({ path, fieldSelector }) => path + (fieldSelector === undefined ? "" : `?${fieldSelector}`))
    .toSorted();

const CLUSTER = [
  "/api/v1/namespaces",
  "/api/v1/secrets?type=kubernetes.io/tls",
  "/api/v1/services",
  "/apis/discovery.k8s.io/v1/endpointslices",
  "/apis/networking.k8s.io/v1/ingressclasses",
  "/apis/networking.k8s.io/v1/ingresses",
];

describe("what is followed", () => {
  test("in the whole cluster, without Pods", () => {
    expect(asked(resourcesFor([], false))).toEqual(CLUSTER);
  });

  test("with Pods", () => {
    expect(asked(resourcesFor([], true))).toEqual([...CLUSTER, "/api/v1/pods"].toSorted());
  });

  test("in some namespaces, which themselves are not read", () => {
    expect(asked(resourcesFor(["a", "b"], false))).toEqual([
      "/api/v1/namespaces/a/secrets?type=kubernetes.io/tls",
      "/api/v1/namespaces/a/services",
      "/api/v1/namespaces/b/secrets?type=kubernetes.io/tls",
      "/api/v1/namespaces/b/services",
      "/apis/discovery.k8s.io/v1/namespaces/a/endpointslices",
      "/apis/discovery.k8s.io/v1/namespaces/b/endpointslices",
      "/apis/networking.k8s.io/v1/ingressclasses",
      "/apis/networking.k8s.io/v1/namespaces/a/ingresses",
      "/apis/networking.k8s.io/v1/namespaces/b/ingresses",
    ]);
  });

  test("of Secrets of other types and of ConfigMaps, one alone", () => {
    expect(asked([namedObject("Secret", "a", "tls")])).toEqual([
      "/api/v1/namespaces/a/secrets?metadata.name=tls",
    ]);
    expect(asked([namedObject("ConfigMap", "a", "headers")])).toEqual([
      "/api/v1/namespaces/a/configmaps?metadata.name=headers",
    ]);
  });
});
