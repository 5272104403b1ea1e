import { describe, expect, it } from "vitest";
import type { EndpointSlice, Service } from "../../../sync-agent/cluster/state.ts";
import { readLabelSelector } from "../../../sync-agent/corefile/label-selector.ts";
import { compileServices } from "../../../sync-agent/compile/services.ts";
import { clusterState, endpoint, metadata, port, service, slice } from "./support/objects.ts";

const read = (it: Service, slices: readonly EndpointSlice[] = []) => {
  const { records, warnings } = compileServices(clusterState({ Service: [it], EndpointSlice: slices }));
  return {
    record: [...records.values()][0],
    warnings: warnings.map(({ object, field, reason }) => `${object} ${field} ${reason}`),
  };
};

describe("kinds", () => {
  it("a Service with cluster addresses, canonical, the primary family first", () => {
    const dual = service("shop/web", { clusterIPs: ["FD00:0::A", "10.96.0.10"] });
    expect(read(dual)).toEqual({
      record: {
        kind: "clusterIP",
        clusterIPs: ["fd00::a", "10.96.0.10"],
        ports: [{ name: "http", protocol: "TCP", port: 80 }],
        subsets: [],
      },
      warnings: [],
    });
  });

  it.each([{ clusterIPs: [] }, { clusterIPs: [""] }])(
    "a Service that no cluster has given an address: $clusterIPs",
    (more) => {
      expect(read(service("shop/web", more))).toMatchObject({
        record: { kind: "clusterIP", clusterIPs: [] },
        warnings: [],
      });
    },
  );

  it.each(["NodePort", "LoadBalancer"] as const)("%s has a cluster address as well", (type) => {
    expect(read(service("shop/web", { type })).record).toMatchObject({
      kind: "clusterIP",
      clusterIPs: ["10.96.0.10"],
    });
  });

  it("cluster addresses beyond one a family, and those that are none, are ignored", () => {
    expect(read(service("shop/web", { clusterIPs: ["10.96.0.10", "10.96.0.11", "ten"] }))).toMatchObject({
      record: { clusterIPs: ["10.96.0.10"] },
      warnings: ["Service shop/web spec.clusterIPs[2] ObjectInvalid"],
    });
  });

  it.each([true, false])("a headless Service, publishing endpoints that are not ready: %s", (publish) => {
    const headless = service("shop/db", { clusterIPs: ["None"], publishNotReadyAddresses: publish });
    expect(read(headless).record).toMatchObject({ kind: "headless", publishNotReady: publish });
  });

  it.each([
    ["Partner.Example.", "partner.example"],
    ["partner.example", "partner.example"],
    ["192.0.2.7", "192.0.2.7"],
    ["2001:DB8::1", "2001:db8::1"],
  ])("an ExternalName %s", (externalName, expected) => {
    const partner = service("shop/partner", {
      type: "ExternalName",
      clusterIPs: [],
      ports: [],
      externalName,
    });
    expect(read(partner)).toEqual({
      record: { kind: "externalName", externalName: expected, ports: [] },
      warnings: [],
    });
  });

  it.each([undefined, "", ".", "http://partner.example/", "a@b.example", "*.example"])(
    "an ExternalName %j, which is no hostname, is set aside",
    (externalName) => {
      const partner = service("shop/partner", { type: "ExternalName", clusterIPs: [], externalName });
      expect(read(partner)).toEqual({
        record: undefined,
        warnings: ["Service shop/partner spec.externalName ObjectInvalid"],
      });
    },
  );

  it("a name that no record can carry is set aside", () => {
    expect(read(service("shop/we_b"))).toEqual({
      record: undefined,
      warnings: ["Service shop/we_b metadata.name ObjectInvalid"],
    });
  });

  it("ports without a valid number are ignored", () => {
    const web = service("shop/web", { ports: [port("0 zero"), port("80 http"), port("80.5 half")] });
    expect(read(web)).toMatchObject({
      record: { ports: [{ name: "http", port: 80 }] },
      warnings: [
        "Service shop/web spec.ports[0].port ObjectInvalid",
        "Service shop/web spec.ports[2].port ObjectInvalid",
      ],
    });
  });
});

describe("endpoints", () => {
  const subsets = (...slices: EndpointSlice[]) => {
    const { record, warnings } = read(service("shop/web"), slices);
    if (record?.kind !== "clusterIP") throw new Error("not a Service with endpoints");
    const text = record.subsets.map(
      ({ ports, endpoints }) =>
        `${ports.map((it) => `${it.port} ${it.name}`).join()}: ${endpoints
          .map(
            ({ address, ready, hostname }) =>
              `${address}${ready ? "" : " unready"}${hostname ? ` ${hostname}` : ""}`,
          )
          .join(", ")}`,
    );
    return { subsets: text, warnings };
  };
  const web = (name: string, ...endpoints: string[]) =>
    slice(`shop/${name}`, "web", { endpoints: endpoints.map(endpoint) });

  it("of slices with the same ports are one subset, sorted by address", () => {
    expect(subsets(web("b", "10.0.0.3", "10.0.0.1 unready"), web("a", "10.0.0.2"))).toEqual({
      subsets: ["8080 http: 10.0.0.1 unready, 10.0.0.2, 10.0.0.3"],
      warnings: [],
    });
  });

  it("of slices with their ports in another order are one subset", () => {
    const ports = ["8443 https", "8080 http"];
    const slices = [ports, ports.toReversed()].map((order, index) =>
      slice(`shop/s${index}`, "web", { ports: order.map(port), endpoints: [endpoint(`10.0.0.${index}`)] }),
    );
    expect(subsets(...slices).subsets).toEqual(["8080 http,8443 https: 10.0.0.0, 10.0.0.1"]);
  });

  it("of slices with other ports stand apart", () => {
    const other = slice("shop/o", "web", { ports: [port("9090 http")], endpoints: [endpoint("10.0.0.1")] });
    expect(subsets(other, web("a", "10.0.0.1")).subsets).toEqual([
      "8080 http: 10.0.0.1",
      "9090 http: 10.0.0.1",
    ]);
  });

  it("of the two families stand apart, in canonical text", () => {
    const six = slice("shop/six", "web", {
      addressType: "IPv6",
      endpoints: [endpoint("FD00:0:0::2"), endpoint("fd00::1")],
    });
    expect(subsets(six, web("a", "10.0.0.1")).subsets).toEqual([
      "8080 http: 10.0.0.1",
      "8080 http: fd00::1, fd00::2",
    ]);
  });

  it("that stand in two slices are ready if one says so", () => {
    expect(subsets(web("a", "10.0.0.1 unready old"), web("b", "10.0.0.1 ready")).subsets).toEqual([
      "8080 http: 10.0.0.1",
    ]);
  });

  it("keep their hostname from whichever slice has it", () => {
    expect(subsets(web("a", "10.0.0.1"), web("b", "10.0.0.1 ready Web-0")).subsets).toEqual([
      "8080 http: 10.0.0.1 web-0",
    ]);
  });

  it("with several addresses count with each", () => {
    const several = slice("shop/a", "web", {
      endpoints: [{ addresses: ["10.0.0.2", "10.0.0.1"], hostname: undefined, ready: true }],
    });
    expect(subsets(several).subsets).toEqual(["8080 http: 10.0.0.1, 10.0.0.2"]);
  });

  it("without ports are kept for DNS", () => {
    const bare = slice("shop/a", "web", { ports: [], endpoints: [endpoint("10.0.0.1")] });
    expect(subsets(bare).subsets).toEqual([": 10.0.0.1"]);
  });

  it("of names, of other namespaces, of other Services and of none are not this Service's", () => {
    const names = slice("shop/names", "web", {
      addressType: "FQDN",
      endpoints: [endpoint("a.example")],
    });
    const nobody = slice("shop/nobody", "web", { serviceName: undefined, endpoints: [endpoint("10.0.0.4")] });
    const others = ["other/a web", "shop/b api"].map((text) => {
      const [key = "", serviceName = ""] = text.split(" ");
      return slice(key, serviceName, { endpoints: [endpoint("10.0.0.3")] });
    });
    expect(subsets(names, nobody, ...others)).toEqual({ subsets: [], warnings: [] });
  });

  it("that are no addresses are ignored alone", () => {
    expect(subsets(web("a", "ten", "10.0.0.2"))).toEqual({
      subsets: ["8080 http: 10.0.0.2"],
      warnings: ["EndpointSlice shop/a endpoints[0].addresses[0] ObjectInvalid"],
    });
  });
});

describe("what DNS needs besides", () => {
  const EXTERNAL = { addresses: ["192.0.2.1", "192.0.2.9", "2001:db8::1"], hostnames: ["lb.example"] };

  it("external addresses and names, each once, sorted", () => {
    const reached = service("shop/web", {
      externalIPs: ["192.0.2.9", "2001:DB8::1"],
      loadBalancer: [
        { ip: "192.0.2.1", hostname: "not-asked-for.example" },
        { ip: "192.0.2.9" },
        { hostname: "LB.example." },
        { hostname: "*.none" },
      ],
    });
    expect(read(reached)).toMatchObject({ record: { external: EXTERNAL }, warnings: [] });
    expect(read(service("shop/web")).record).not.toHaveProperty("external");
  });

  it("whatever order the status has them in, the record is the same", () => {
    const ingress = [
      { ip: "192.0.2.1" },
      { ip: "192.0.2.2" },
      { hostname: "b.example" },
      { hostname: "a.example" },
    ];
    expect(read(service("shop/web", { loadBalancer: ingress.toReversed() }))).toEqual(
      read(service("shop/web", { loadBalancer: ingress })),
    );
  });

  it("what is no address is ignored with a warning", () => {
    const odd = service("shop/web", { externalIPs: ["ten"], loadBalancer: [{ ip: "eleven" }] });
    expect(read(odd)).toMatchObject({
      warnings: [
        "Service shop/web spec.externalIPs[0] ObjectInvalid",
        "Service shop/web status.loadBalancer.ingress ObjectInvalid",
      ],
    });
  });

  it("an alias has external addresses as well", () => {
    const alias = service("shop/web", {
      type: "ExternalName",
      externalName: "a.example",
      externalIPs: ["192.0.2.1"],
    });
    expect(read(alias).record).toMatchObject({ external: { addresses: ["192.0.2.1"], hostnames: [] } });
  });

  it("the pods of endpoints without a hostname", () => {
    const endpoints = [
      { ...endpoint("10.0.0.1"), pod: "web-a" },
      { ...endpoint("10.0.0.2 ready named"), pod: "web-b" },
    ];
    const state = clusterState({
      Service: [service("shop/web")],
      EndpointSlice: [slice("shop/web-1", "web", { endpoints })],
    });
    const record = compileServices(state).records.get("shop/web");
    expect(record).toMatchObject({
      subsets: [
        {
          endpoints: [
            { address: "10.0.0.1", pod: "web-a" },
            { address: "10.0.0.2", hostname: "named" },
          ],
        },
      ],
    });
    expect(JSON.stringify(record)).not.toContain("web-b");
  });

  it("the selectors that leave it out", () => {
    const labelled = (key: string, labels: Record<string, string>) => ({
      ...service(key),
      metadata: metadata(key, { labels }),
    });
    const state = clusterState({
      Service: [labelled("shop/a", { app: "a" }), labelled("shop/b", { app: "b" }), labelled("shop/c", {})],
    });
    const selectors = ["app=a", "app in (a, b)", "app"].flatMap((text) => readLabelSelector(text) ?? []);
    const { records } = compileServices(state, { selectors });
    expect([...records].map(([key, { hiddenFrom }]) => [key, hiddenFrom])).toEqual([
      ["shop/a", undefined],
      ["shop/b", [0]],
      ["shop/c", [0, 1, 2]],
    ]);
  });
});
