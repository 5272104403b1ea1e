import { describe, expect, test } from "vitest";
import { metadata, problems, read } from "./reading.ts";

describe.each(["discovery.k8s.io/v1", "discovery.k8s.io/v1beta1"])("%s", (version) => {
  const slice = (fields: string) =>
    `{apiVersion: ${version}, kind: EndpointSlice, metadata: {name: web-1}, ${fields}}`;

  test("an EndpointSlice with everything that is read", () => {
    const object = read(`
apiVersion: ${version}
kind: EndpointSlice
metadata:
  name: web-1
  labels: {kubernetes.io/service-name: web}
  ownerReferences: [{kind: Service, name: other}]
addressType: IPv6
ports: [{name: http, port: 8080}, {name: any, port: null}, {protocol: UDP, port: 53}]
endpoints:
  - {addresses: ["FD00::0:1"], hostname: web-0, conditions: {ready: true, serving: true}}
  - {addresses: ["fd00::2"], conditions: {ready: false}, targetRef: {kind: Pod, name: web-xyz, namespace: default}}
  - {addresses: ["fd00::3"], conditions: {ready: null}}
  - {addresses: ["fd00::4"], conditions: {}, hostname: ""}
  - {addresses: ["fd00::5"], nodeName: a, zone: b}
  - {addresses: ["fd00::6"], conditions: {ready: false, serving: true, terminating: true}}
  - {addresses: ["fd00::7"], conditions: {ready: false, serving: false, terminating: true}, hints: null}
  - {addresses: ["fd00::8"], conditions: {ready: true, serving: true, terminating: true}}
  - {addresses: ["fd00::9"], hints: {forZones: [{name: b}, {name: a}], forNodes: [{name: n}]}}
`);
    const endpoint = (address: string, ready = true, hostname?: string) => ({
      addresses: [address],
      hostname,
      ready,
    });
    expect(object).toStrictEqual({
      metadata: { ...metadata("web-1"), labels: { "kubernetes.io/service-name": "web" } },
      serviceName: "web",
      addressType: "IPv6",
      ports: [
        { name: "http", protocol: "TCP", port: 8080 },
        { name: "", protocol: "UDP", port: 53 },
      ],
      endpoints: [
        endpoint("fd00::1", true, "web-0"),
        { ...endpoint("fd00::2", false), pod: "web-xyz" },
        endpoint("fd00::3"),
        endpoint("fd00::4"),
        endpoint("fd00::5"),
        { ...endpoint("fd00::6", false), draining: true },
        endpoint("fd00::7", false),
        endpoint("fd00::8"),
        { ...endpoint("fd00::9"), zones: ["b", "a"] },
      ],
    });
  });

  test("without the label it belongs to no Service, whoever owns it", () => {
    const text = `{apiVersion: ${version}, kind: EndpointSlice, metadata: {name: a, ownerReferences: [{kind: Service, name: web}]}, addressType: IPv4, ports: null, endpoints: null}`;
    expect(read(text)).toMatchObject({ serviceName: undefined, ports: [], endpoints: [] });
  });

  test.each([
    ["no type", "endpoints: []", "addressType: is required"],
    ["an unknown type", "addressType: IP", "addressType: must be one of IPv4, IPv6, FQDN"],
    [
      "no address",
      "addressType: IPv4, endpoints: [{addresses: []}]",
      "endpoints[0].addresses: must have an address",
    ],
    [
      "text for an address",
      "addressType: IPv4, endpoints: [{addresses: [10.0.0.1]}, {addresses: [10.0.0.2, web]}]",
      'endpoints[1].addresses[1]: "web" is not an address of type IPv4',
    ],
    [
      "IPv6 as IPv4",
      "addressType: IPv4, endpoints: [{addresses: ['fd00::1']}]",
      "endpoints[0].addresses[0]: ",
    ],
    [
      "IPv4 as IPv6",
      "addressType: IPv6, endpoints: [{addresses: [10.0.0.1]}]",
      "endpoints[0].addresses[0]: ",
    ],
    [
      "a bad name as FQDN",
      "addressType: FQDN, endpoints: [{addresses: [a_b]}]",
      "endpoints[0].addresses[0]: ",
    ],
    [
      "a hostname with a dot",
      "addressType: IPv4, endpoints: [{addresses: [10.0.0.1], hostname: a.b}]",
      "endpoints[0].hostname: ",
    ],
    ["port 70000", "addressType: IPv4, ports: [{port: 70000}]", "ports[0].port: 70000 is not a port number"],
    [
      "equal port names",
      "addressType: IPv4, ports: [{port: 1}, {port: 2}]",
      `ports[1].name: "" is another port's`,
    ],
  ])("refuses %s", (_, fields, problem) => {
    const [first] = problems(slice(fields));
    expect(first).toContain(problem);
  });
});

test("names are addresses of type FQDN", () => {
  const text =
    "{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: a}, addressType: FQDN, endpoints: [{addresses: [db.example]}]}";
  expect(read(text)).toMatchObject({ endpoints: [{ addresses: ["db.example"] }] });
});
