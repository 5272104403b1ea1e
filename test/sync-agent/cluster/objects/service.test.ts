import { describe, expect, test } from "vitest";
import { metadata, problems, read } from "./reading.ts";

const service = (spec: string) => `{apiVersion: v1, kind: Service, metadata: {name: web}, spec: ${spec}}`;
const defaults = {
  metadata: metadata("web"),
  type: "ClusterIP",
  clusterIPs: [],
  externalName: undefined,
  ports: [],
  publishNotReadyAddresses: false,
};

test.each([
  [
    "one that never was in a cluster",
    "{ports: [{port: 80}]}",
    { ports: [{ name: "", protocol: "TCP", port: 80 }] },
  ],
  [
    "dual-stack, with addresses made canonical",
    "{clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1, 'FD00:0:0::1']}",
    { clusterIPs: ["10.0.0.1", "fd00::1"] },
  ],
  ["clusterIP alone", "{clusterIP: 10.0.0.1}", { clusterIPs: ["10.0.0.1"] }],
  ["headless", "{clusterIP: None}", { clusterIPs: ["None"] }],
  ["headless as a cluster has it", "{clusterIP: None, clusterIPs: [None]}", { clusterIPs: ["None"] }],
  [
    "empty texts",
    '{type: "", externalName: "", ports: [{port: 80, name: "", protocol: ""}]}',
    { ports: [{ name: "", protocol: "TCP", port: 80 }] },
  ],
  [
    "external addresses",
    "{externalIPs: [192.0.2.1, 192.0.2.2]}",
    { externalIPs: ["192.0.2.1", "192.0.2.2"] },
  ],
  ["no external addresses", "{externalIPs: []}", {}],
  ["an empty clusterIP", '{clusterIP: ""}', {}],
  [
    "ExternalName",
    '{type: ExternalName, externalName: db.example., clusterIP: ""}',
    { type: "ExternalName", externalName: "db.example." },
  ],
  [
    "several ports",
    "{type: NodePort, ports: [{name: a, port: 80, targetPort: web, nodePort: 30080}, {name: b, port: 53, targetPort: 5353, protocol: UDP}]}",
    {
      type: "NodePort",
      ports: [
        { name: "a", protocol: "TCP", port: 80 },
        { name: "b", protocol: "UDP", port: 53, targetPort: 5353 },
      ],
    },
  ],
  ["not ready addresses", "{publishNotReadyAddresses: true}", { publishNotReadyAddresses: true }],
])("%s", (_, spec, expected) => {
  expect(read(service(spec))).toStrictEqual({ ...defaults, ...expected });
});

describe("what the API refuses, by field", () => {
  test.each([
    ["{type: Other}", "spec.type: must be one of ClusterIP, NodePort, LoadBalancer, ExternalName"],
    ["{clusterIP: 10.0.0}", 'spec.clusterIP: "10.0.0" is neither an IP address nor "None"'],
    ["{clusterIPs: [10.0.0.1, x]}", "spec.clusterIPs[1]: "],
    ["{ports: [{port: 0}]}", "spec.ports[0].port: 0 is not a port number"],
    ["{ports: [{}]}", "spec.ports[0].port: is required"],
    ["{ports: [{port: '80'}]}", "spec.ports[0].port: must be a number"],
    ["{ports: [{port: 80, protocol: tcp}]}", "spec.ports[0].protocol: must be one of TCP, UDP, SCTP"],
    ["{ports: [{name: HTTP, port: 80}]}", "spec.ports[0].name: "],
    [
      "{ports: [{port: 80}, {name: b, port: 81}]}",
      "spec.ports[0].name: is required where there are several ports",
    ],
    [
      "{ports: [{name: b, port: 80}, {name: b, port: 81}]}",
      `spec.ports[1].name: "b" is another port's name too`,
    ],
    ["{type: ExternalName}", "spec.externalName: must be a DNS name"],
    ["{type: ExternalName, externalName: a_b}", "spec.externalName: must be a DNS name"],
  ])("%s", (spec, problem) => {
    const [first] = problems(service(spec));
    expect(first).toContain(problem);
  });
});

test.each([
  [
    "an address and a name",
    "{loadBalancer: {ingress: [{ip: 192.0.2.1, ports: []}, {hostname: lb.example}]}}",
    [{ ip: "192.0.2.1" }, { hostname: "lb.example" }],
  ],
  ["nothing", "{loadBalancer: {}, conditions: [{type: Ready}]}", undefined],
  ["null", "null", undefined],
])("what its status says: %s", (_, status, loadBalancer) => {
  const object = read(`{apiVersion: v1, kind: Service, metadata: {name: web}, status: ${status}}`);
  expect(object).toStrictEqual({ ...defaults, ...(loadBalancer && { loadBalancer }) });
});
