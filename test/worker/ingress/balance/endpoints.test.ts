import { describe, expect, test } from "vitest";
import type { Endpoint, ServiceRecord } from "../../../../contract/index.ts";
import { clusterAddressOf, targetsOf } from "../../../../worker/ingress/balance/endpoints.ts";
import { serviceOf } from "../../support/records.ts";

const twoPorts: Extract<ServiceRecord, { kind: "clusterIP" }> = {
  kind: "clusterIP",
  clusterIPs: ["10.96.0.1"],
  ports: [
    { name: "http", protocol: "TCP", port: 80 },
    { name: "admin", protocol: "TCP", port: 81 },
    { name: "quic", protocol: "UDP", port: 443 },
  ],
  subsets: [
    {
      ports: [
        { name: "http", protocol: "TCP", port: 8080 },
        { name: "admin", protocol: "TCP", port: 9090 },
        { name: "quic", protocol: "UDP", port: 8443 },
      ],
      endpoints: [
        { address: "10.0.0.1", ready: true },
        { address: "10.0.0.2", ready: false },
      ],
    },
    // A named target port may have another number in other pods.
    {
      ports: [{ name: "http", protocol: "TCP", port: 8081 }],
      endpoints: [{ address: "10.0.0.3", ready: true }],
    },
    {
      ports: [{ name: "http", protocol: "TCP", port: 8080 }],
      endpoints: [{ address: "fd00::1", ready: true }],
    },
  ],
};

const external = (externalName: string): ServiceRecord => ({ kind: "externalName", externalName, ports: [] });

describe("the endpoints of a Service's port", () => {
  test.each<[string, ServiceRecord, number, string[]]>([
    [
      "ready ones, by the port's name, of the primary family",
      twoPorts,
      80,
      ["10.0.0.1:8080", "10.0.0.3:8081"],
    ],
    ["those of another port", twoPorts, 81, ["10.0.0.1:9090"]],
    ["none of a UDP port, which serves no HTTP", twoPorts, 443, []],
    ["none of a port that the Service lacks", twoPorts, 82, []],
    [
      "those of an IPv6 primary family",
      { ...twoPorts, clusterIPs: ["fd00::10", "10.96.0.1"] },
      80,
      ["[fd00::1]:8080"],
    ],
    ["those of the other family where the primary has none", serviceOf("fd00::2"), 80, ["[fd00::2]:8080"]],
    [
      "the name of an ExternalName, whatever its ports",
      external("db.example.com"),
      8443,
      ["db.example.com:8443"],
    ],
    ["the address of an ExternalName", external("fd00::5"), 80, ["[fd00::5]:80"]],
  ])("are %s", (_, service, port, expected) => {
    expect(targetsOf(service, port, undefined)).toEqual({ addresses: expected, draining: [] });
  });
});

function serviceWith(...endpoints: Endpoint[]): ServiceRecord {
  return {
    ...twoPorts,
    subsets: [{ ports: [{ name: "http", protocol: "TCP", port: 80 }], endpoints }],
  };
}
const ready = (n: number, zones?: string[]): Endpoint => ({
  address: `10.0.0.${n}`,
  ready: true,
  ...(zones && { zones }),
});
const draining = (n: number): Endpoint => ({ address: `10.0.0.${n}`, ready: false, draining: true });
const down = (n: number): Endpoint => ({ address: `10.0.0.${n}`, ready: false });

describe("endpoints that are going away", () => {
  test.each<[string, Endpoint[], string[], string[]]>([
    ["are left alone while any is ready", [ready(1), draining(2), down(3)], ["10.0.0.1:80"], ["10.0.0.2:80"]],
    ["are used when none is ready", [draining(2), down(3)], ["10.0.0.2:80"], []],
    ["are not used when they do not serve", [down(3)], [], []],
  ])("%s", (_, endpoints, addresses, drain) => {
    expect(targetsOf(serviceWith(...endpoints), 80, undefined)).toEqual({ addresses, draining: drain });
  });
});

describe("a gateway's zone", () => {
  const hinted = [ready(1, ["a"]), ready(2, ["b"]), ready(3, ["a", "b"])];
  test.each<[string, Endpoint[], string | undefined, number[]]>([
    ["keeps to the endpoints with a hint for it", hinted, "a", [1, 3]],
    ["keeps to all where the edge knows none", hinted, undefined, [1, 2, 3]],
    ["keeps to all where no endpoint has a hint for it", hinted, "c", [1, 2, 3]],
    ["keeps to all where an endpoint has no hint", [...hinted, ready(4)], "a", [1, 2, 3, 4]],
  ])("%s", (_, endpoints, zone, expected) => {
    expect(targetsOf(serviceWith(...endpoints), 80, zone).addresses).toEqual(
      expected.map((n) => `10.0.0.${n}:80`),
    );
  });
});

describe("the Service's own address", () => {
  test.each<[string, ServiceRecord, string | undefined]>([
    ["is its first cluster address", twoPorts, "10.96.0.1:80"],
    ["of IPv6 stands in brackets", { ...twoPorts, clusterIPs: ["fd00::10"] }, "[fd00::10]:80"],
    ["is missing before a cluster gave it one", { ...twoPorts, clusterIPs: [] }, undefined],
    ["is missing for an ExternalName", external("db.example.com"), undefined],
    [
      "is missing for a headless Service",
      { kind: "headless", publishNotReady: false, ports: twoPorts.ports, subsets: [] },
      undefined,
    ],
  ])("%s", (_, service, expected) => {
    expect(clusterAddressOf(service, 80)).toBe(expected);
  });
});
