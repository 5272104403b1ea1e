import { expect, test } from "vitest";
import { metadata, problems, read } from "./reading.ts";

test("one slice for each subset and address family", () => {
  const object = read(`
apiVersion: v1
kind: Endpoints
metadata: {name: web, labels: {team: shop}}
subsets:
  - addresses: [{ip: 10.0.0.1, hostname: web-0, targetRef: {kind: Pod, name: a}}, {ip: "FD00::1"}]
    notReadyAddresses: [{ip: 10.0.0.2}]
    ports: [{name: http, port: 8080}]
  - addresses: [{ip: 10.0.1.1}]
  - {}
`);
  const slice = (name: string, addressType: string) => ({
    metadata: { ...metadata(name), labels: { team: "shop" } },
    serviceName: "web",
    addressType,
  });
  expect(object).toStrictEqual({
    metadata: { ...metadata("web"), labels: { team: "shop" } },
    slices: [
      {
        ...slice("endpoints:web:0:IPv4", "IPv4"),
        ports: [{ name: "http", protocol: "TCP", port: 8080 }],
        endpoints: [
          { addresses: ["10.0.0.1"], hostname: "web-0", ready: true, pod: "a" },
          { addresses: ["10.0.0.2"], hostname: undefined, ready: false },
        ],
      },
      {
        ...slice("endpoints:web:0:IPv6", "IPv6"),
        ports: [{ name: "http", protocol: "TCP", port: 8080 }],
        endpoints: [{ addresses: ["fd00::1"], hostname: undefined, ready: true }],
      },
      {
        ...slice("endpoints:web:1:IPv4", "IPv4"),
        ports: [],
        endpoints: [{ addresses: ["10.0.1.1"], hostname: undefined, ready: true }],
      },
    ],
  });
});

test.each([
  ["[{addresses: [{}]}]", "subsets[0].addresses[0].ip: is required"],
  ["[{addresses: [{ip: web}]}]", 'subsets[0].addresses[0].ip: "web" is not an IP address'],
  ["[{notReadyAddresses: [{ip: 1.2.3}]}]", "subsets[0].notReadyAddresses[0].ip: "],
  ["[{ports: [{port: 1}, {name: b, port: 2}]}]", "subsets[0].ports[0].name: is required"],
])("subsets %s are refused", (subsets, problem) => {
  const [first] = problems(`{apiVersion: v1, kind: Endpoints, metadata: {name: web}, subsets: ${subsets}}`);
  expect(first).toContain(problem);
});
