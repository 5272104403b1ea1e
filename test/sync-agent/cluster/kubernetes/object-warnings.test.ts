import { expect, test } from "vitest";
import { objectWarnings } from "../../../../sync-agent/cluster/kubernetes/object-warnings.ts";
import { resourcesFor } from "../../../../sync-agent/cluster/kubernetes/resources.ts";
import { createSection } from "../../../../sync-agent/cluster/kubernetes/section.ts";
import { ingress, meta } from "./objects.ts";

test("objects that cannot be read are named with their field, what is served, and the remedy", () => {
  const [classes, , ingresses] = resourcesFor([], false).map(createSection);
  ingresses?.put(ingress());
  ingresses?.put({ metadata: meta({ version: "2" }), spec: {} });
  ingresses?.put(ingress({ name: "good" }));
  classes?.put({ metadata: meta({ name: "lintel", namespace: "" }), spec: { controller: "none" } });
  const warnings = objectWarnings([ingresses, classes].flatMap((section) => section ?? []));
  expect(warnings).toEqual([
    {
      object: "Ingress shop/web",
      field: "spec",
      reason: "ObjectInvalid",
      message: "`spec` must have `rules` or `defaultBackend`. What was valid last stays served.",
      remedy: "Correct the field: `kubectl edit ingress web --namespace shop`.",
    },
    {
      object: "IngressClass lintel",
      field: "spec.controller",
      reason: "ObjectInvalid",
      message:
        "`spec.controller` must be a path with a domain before it, such as example.com/controller. The object is not served.",
      remedy: "Correct the field: `kubectl edit ingressclass lintel`.",
    },
  ]);
});
