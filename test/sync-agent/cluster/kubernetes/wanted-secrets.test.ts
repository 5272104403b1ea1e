import { expect, test } from "vitest";
import { wantedSecrets } from "../../../../sync-agent/cluster/kubernetes/wanted-secrets.ts";
import { readObject } from "../../../../sync-agent/cluster/objects/read-object.ts";
import type { Ingress } from "../../../../sync-agent/cluster/state.ts";
import { ingress } from "./objects.ts";

test.each<[readonly string[], readonly string[]]>([
  [[], []],
  [["a"], ["shop/a"]],
  [
    ["a", "b", "a", ""],
    ["shop/a", "shop/b"],
  ],
])("an Ingress that names %j wants %j", (secrets, wanted) => {
  const reading = readObject({
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    ...ingress({ secrets }),
  });
  if (reading.outcome !== "read") throw new Error("the Ingress cannot be read");
  expect(wantedSecrets(reading.stripped.object as Ingress)).toEqual(wanted);
});
