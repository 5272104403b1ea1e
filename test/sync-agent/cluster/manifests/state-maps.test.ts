import { describe, expect, test } from "vitest";
import { EMPTY_STATE, stateOf } from "../../../../sync-agent/cluster/manifests/state-maps.ts";
import { file, service, step } from "./files.ts";

const endpoints = (name: string) =>
  `{apiVersion: v1, kind: Endpoints, metadata: {name: ${name}}, subsets: [{addresses: [{ip: 10.0.0.1}]}]}\n---\n`;
const slice = (name: string, service: string, namespace = "default") =>
  `{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: ${name}, namespace: ${namespace}, labels: {kubernetes.io/service-name: ${service}}}, addressType: IPv4}\n---\n`;
const state = (text: string) => stateOf(step(new Map(), [file("a.yaml", text)]).served, EMPTY_STATE);

describe("Endpoints", () => {
  test("become EndpointSlices", () => {
    const slices = [...state(endpoints("web")).EndpointSlice];
    expect(slices).toMatchObject([
      ["default/endpoints:web:0:IPv4", { serviceName: "web", addressType: "IPv4" }],
    ]);
  });

  test("are ignored for a Service that has real EndpointSlices", () => {
    expect([...state(endpoints("web") + slice("web-1", "web")).EndpointSlice.keys()]).toEqual([
      "default/web-1",
    ]);
  });

  test("count beside the EndpointSlices of other Services and namespaces", () => {
    const text = endpoints("web") + slice("db-1", "db") + slice("web-1", "web", "other");
    expect([...state(text).EndpointSlice.keys()]).toEqual([
      "default/db-1",
      "default/endpoints:web:0:IPv4",
      "other/web-1",
    ]);
  });
});

test("maps of kinds that did not change stay the same, the others do not", () => {
  const pod = "{apiVersion: v1, kind: Pod, metadata: {name: p}}\n---\n";
  const pods = file("p.yaml", pod);
  const one = step(new Map(), [pods, file("s.yaml", service("a"))]).served;
  const before = stateOf(one, EMPTY_STATE);
  const after = stateOf(step(one, [pods, file("s.yaml", service("b"))]).served, before);
  expect(after.Pod).toBe(before.Pod);
  expect(after.Ingress).toBe(EMPTY_STATE.Ingress);
  expect([...after.Service.keys()]).toEqual(["default/b"]);
});

test("maps are in the order of their keys", () => {
  expect([...state(service("b") + service("c") + service("a")).Service.keys()]).toEqual([
    "default/a",
    "default/b",
    "default/c",
  ]);
});
