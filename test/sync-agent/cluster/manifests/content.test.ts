import { expect, test } from "vitest";
import { readContent } from "../../../../sync-agent/cluster/manifests/content.ts";

test("a file's objects, invalid ones apart, with their places", () => {
  const reading = readContent(`
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: Service, metadata: {name: web}}
  - {apiVersion: v1, kind: LimitRange, metadata: {name: ignored}}
  - apiVersion: v1
    kind: Service
    metadata: {name: bad}
    spec:
      ports: [{port: 0}]
---
apiVersion: networking.k8s.io/v1
kind: IngressList
items:
  - metadata: {name: web}
    spec: {rules: [{host: shop.example}]}
---
just text
`);
  expect(reading).toMatchObject({
    outcome: "parsed",
    content: {
      objects: [
        { identity: { kind: "Namespace", key: "/shop" }, place: "line 2" },
        { identity: { kind: "Service", key: "default/web" }, place: "line 9" },
        {
          identity: { kind: "Ingress", key: "default/web" },
          place: "line 20",
          raw: { apiVersion: "networking.k8s.io/v1", kind: "Ingress", metadata: { name: "web" } },
        },
      ],
      invalid: [
        {
          identity: { kind: "Service", key: "default/bad" },
          problems: [{ field: "spec.ports[0].port", position: { line: 15, column: 22 } }],
        },
        { identity: undefined, problems: [{ field: "", position: { line: 23, column: 1 } }] },
      ],
    },
  });
});

test("a file that does not parse has no objects at all", () => {
  expect(readContent("{apiVersion: v1, kind: Pod, metadata: {name: a}}\n---\n[")).toMatchObject({
    outcome: "unreadable",
    problem: { position: { line: 3 } },
  });
});
