import { describe, expect, test } from "vitest";
import { readObject } from "../../../../sync-agent/cluster/objects/read-object.ts";

const object = (apiVersion: unknown, kind: unknown, metadata: unknown = { name: "a" }) => ({
  apiVersion,
  kind,
  metadata,
});

describe("kinds that are not read", () => {
  test.each([
    ["apps/v1", "Deployment"],
    ["v1", "LimitRange"],
    ["networking.istio.io/v1", "Ingress"],
    ["gateway.networking.k8s.io/v1", "HTTPRoute"],
    ["serving.knative.dev/v1", "Service"],
    ["kustomize.config.k8s.io/v1beta1", "Kustomization"],
  ])("%s %s is ignored", (apiVersion, kind) => {
    expect(readObject(object(apiVersion, kind))).toEqual({ outcome: "ignored" });
  });
});

test.each([
  ["v1", "Ingress", "networking.k8s.io/v1, networking.k8s.io/v1beta1, extensions/v1beta1"],
  ["networking.k8s.io/v2", "Ingress", "networking.k8s.io/v1, "],
  ["networking.k8s.io/v1", "Service", "v1"],
])("%s %s is a version that does not exist", (apiVersion, kind, versions) => {
  expect(readObject(object(apiVersion, kind))).toMatchObject({
    outcome: "invalid",
    identity: { kind, key: "default/a" },
    problems: [{ field: "apiVersion", message: expect.stringContaining(versions) as unknown }],
  });
});

describe("which object an invalid one is", () => {
  test.each([
    ["in a namespace", object("v1", "Pod", { name: "a", namespace: "shop", labels: 1 }), "shop/a"],
    ["in the default one", object("v1", "Pod", { name: "a", labels: 1 }), "default/a"],
    ["in an empty one", object("v1", "Pod", { name: "a", namespace: "", labels: 1 }), "default/a"],
    ["in none", object("v1", "Namespace", { name: "a", namespace: "SHOP", labels: 1 }), "/a"],
  ])("%s", (_, raw, key) => {
    expect(readObject(raw)).toMatchObject({ outcome: "invalid", identity: { key } });
  });

  test.each([
    ["a text", "hello", ""],
    ["a list", [], ""],
    ["no apiVersion", object(undefined, "Service"), "apiVersion"],
    ["no kind", object("v1", undefined), "kind"],
    ["an empty kind", object("v1", ""), "kind"],
    ["no metadata", { apiVersion: "v1", kind: "Service" }, "metadata"],
    ["no name", object("v1", "Service", {}), "metadata.name"],
    ["generateName", object("v1", "Service", { generateName: "a-" }), "metadata.name"],
    ["a name that can be none", object("v1", "Service", { name: "A_" }), "metadata.name"],
    [
      "a namespace that can be none",
      object("v1", "Service", { name: "a", namespace: "a.b" }),
      "metadata.namespace",
    ],
    ["a name that is a number", object("v1", "Service", { name: 1 }), "metadata.name"],
    [
      "a namespace that is a number",
      object("v1", "Service", { name: "a", namespace: 1 }),
      "metadata.namespace",
    ],
  ])("cannot be told of %s", (_, raw, field) => {
    const reading = readObject(raw);
    expect(reading).toMatchObject({ outcome: "invalid", problems: [{ field }] });
    expect(reading).toHaveProperty("identity", undefined);
  });
});

test("at most ten problems are listed", () => {
  const ports = Array.from({ length: 50 }, () => ({ port: 0 }));
  const reading = readObject({ ...object("v1", "Service"), spec: { ports } });
  expect(reading).toMatchObject({ problems: { length: 10 } });
});

test.each([
  ["2026-01-31T13:00:00+01:00", Date.UTC(2026, 0, 31, 12)],
  ["2026-01-31T12:00:00Z", Date.UTC(2026, 0, 31, 12)],
])("creationTimestamp %s", (creationTimestamp, created) => {
  expect(readObject(object("v1", "Pod", { name: "a", creationTimestamp }))).toMatchObject({
    stripped: { object: { metadata: { created } } },
  });
});

test("a creationTimestamp that is no time is refused", () => {
  expect(readObject(object("v1", "Pod", { name: "a", creationTimestamp: "yesterday" }))).toMatchObject({
    outcome: "invalid",
    problems: [{ field: "metadata.creationTimestamp" }],
  });
});

test("an empty namespace is the default one", () => {
  expect(readObject(object("v1", "Pod", { name: "a", namespace: "" }))).toMatchObject({
    identity: { key: "default/a" },
    stripped: { object: { metadata: { namespace: "default" } } },
  });
});

test("messages do not repeat values of any length", () => {
  const reading = readObject({ ...object("v1", "Service"), spec: { clusterIP: "x".repeat(100_000) } });
  expect(JSON.stringify(reading).length).toBeLessThan(1000);
});
