import { describe, expect, test } from "vitest";
import { type Resource, resourcesFor } from "../../../../sync-agent/cluster/kubernetes/resources.ts";
import { restored } from "../../../../sync-agent/cluster/kubernetes/stored-object.ts";
import { ingress, meta } from "./objects.ts";

const [, , INGRESS, , , , POD] = resourcesFor([], true) as [
  Resource,
  Resource,
  Resource,
  Resource,
  Resource,
  Resource,
  Resource,
];

const first = restored(undefined, ingress(), INGRESS);
const annotated = (annotations: object) => ({
  ...ingress({ version: "2" }),
  metadata: { ...meta({ version: "2" }), annotations },
});

describe("an object that the server shows again", () => {
  test.each([
    ["in the same version", ingress()],
    ["with managed fields changed", ingress({ version: "2" })],
    ["with a status that is not read changed", { ...ingress({ version: "2" }), status: { conditions: [1] } }],
    ["with kubectl's copy of it", annotated({ "kubectl.kubernetes.io/last-applied-configuration": "{}" })],
    [
      "with the time of its last change",
      annotated({ "endpoints.kubernetes.io/last-change-trigger-time": "now" }),
    ],
  ])("%s stays the very same", (_, raw) => {
    expect(restored(first, raw, INGRESS).object).toBe(first.object);
  });

  test.each([
    ["with another host", ingress({ version: "2", host: "other.example" })],
    ["with an annotation", annotated({ a: "b" })],
    ["made anew, equal in all but that", ingress({ uid: "other" })],
    [
      "with an address in its status",
      { ...ingress({ version: "2" }), status: { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } } },
    ],
  ])("%s is another", (_, raw) => {
    const next = restored(first, raw, INGRESS);
    expect(next.object).toBeDefined();
    expect(next.object).not.toBe(first.object);
    expect(next.problems).toEqual([]);
  });

  test("in the same version is not even read", () => {
    const unreadable = { ...ingress(), spec: null };
    expect(restored(first, unreadable, INGRESS)).toBe(first);
  });
});

describe("an object that cannot be read", () => {
  const bad = (of: object) => ({
    metadata: meta({ version: "2", ...of }),
    spec: { rules: [{ host: "Bad_Host" }] },
  });

  test("keeps its last good form, and says why", () => {
    const next = restored(first, bad({}), INGRESS);
    expect(next.object).toBe(first.object);
    expect(next.problems).toMatchObject([{ field: "spec.rules[0].host" }]);
    const mended = restored(next, ingress({ version: "3" }), INGRESS);
    expect(mended).toMatchObject({ problems: [], version: "3" });
    expect(mended.object).toBe(first.object);
  });

  test("has none when it never was good, nor when it is another object of the same name", () => {
    expect(restored(undefined, bad({}), INGRESS).object).toBeUndefined();
    expect(restored(first, bad({ uid: "other" }), INGRESS).object).toBeUndefined();
  });
});

test("of a Pod, addresses and phase alone are kept", () => {
  const pod = {
    metadata: {
      ...meta({ name: "web-0" }),
      labels: { app: "web" },
      annotations: { a: "b" },
      ownerReferences: [{}],
    },
    spec: { containers: [{ image: "web" }] },
    status: { phase: "Running", podIP: "10.0.0.7", podIPs: [{ ip: "10.0.0.7" }], conditions: [{}] },
  };
  expect(restored(undefined, pod, POD).object).toEqual({
    metadata: {
      namespace: "shop",
      name: "web-0",
      uid: "uid-web-0",
      created: Date.UTC(2026, 0, 1),
      annotations: {},
      labels: {},
    },
    podIPs: ["10.0.0.7"],
    phase: "Running",
  });
});
