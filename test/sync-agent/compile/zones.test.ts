import { expect, it } from "vitest";
import { compileZones } from "../../../sync-agent/compile/zones.ts";
import {
  clusterState,
  ingress,
  ingressClass,
  metadata,
  pod,
  secret,
  service,
  slice,
} from "./support/objects.ts";

it("lists namespaces that have an object, and those that any namespaced object lies in", () => {
  const state = clusterState({
    Namespace: [{ metadata: metadata("empty") }, { metadata: metadata("a") }],
    IngressClass: [ingressClass("lintel", "lintel.dev/ingress-controller")],
    Ingress: [ingress("a/x", { ingressClassName: "foreign" })],
    Service: [service("b/x")],
    EndpointSlice: [slice("c/x", "x")],
    Secret: [secret("d/x", {})],
    Pod: [pod("e/x", [])],
  });
  const { records, warnings } = compileZones(state);
  expect([...records.keys()].toSorted()).toEqual(
    ["a", "b", "c", "d", "e", "empty"].map((name) => `namespace/${name}`),
  );
  expect(records.get("namespace/a")).toEqual({ kind: "namespace" });
  expect(warnings).toEqual([]);
});
