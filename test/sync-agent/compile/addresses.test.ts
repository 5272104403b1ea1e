import { describe, expect, it } from "vitest";
import type { AddressName } from "../../../contract/index.ts";
import type { EndpointSlice, Pod, Service } from "../../../sync-agent/cluster/state.ts";
import { compileAddresses } from "../../../sync-agent/compile/addresses.ts";
import { compileServices } from "../../../sync-agent/compile/services.ts";
import { clusterState, endpoint, pod, service, slice } from "./support/objects.ts";

const describeName = (name: AddressName) => {
  if ("pod" in name) return `pod ${name.pod}`;
  if ("external" in name) return `external ${name.external}`;
  return name.endpoint === undefined ? name.service : `${name.endpoint} of ${name.service}`;
};

function namesOf(
  services: readonly Service[],
  slices: readonly EndpointSlice[] = [],
  pods: readonly Pod[] = [],
) {
  const { records } = compileServices(clusterState({ Service: services, EndpointSlice: slices }));
  const compiled = compileAddresses(records, pods);
  return Object.fromEntries(
    [...compiled.records].map(([block, { names }]) => [
      block,
      Object.fromEntries(Object.entries(names).map(([address, all]) => [address, all.map(describeName)])),
    ]),
  );
}

const web = (...endpoints: string[]) => slice("shop/web-1", "web", { endpoints: endpoints.map(endpoint) });

describe("compileAddresses", () => {
  it("names cluster addresses and ready endpoints of a Service, by block", () => {
    const dual = service("shop/web", { clusterIPs: ["10.96.0.10", "fd00:1::a"] });
    expect(
      namesOf([dual], [web("10.0.0.1", "10.0.0.2 ready web-0", "10.0.0.3 unready", "10.0.1.1")]),
    ).toEqual({
      "10.96.0.0/24": { "10.96.0.10": ["shop/web"] },
      "fd00:1::/64": { "fd00:1::a": ["shop/web"] },
      "10.0.0.0/24": { "10.0.0.1": ["10-0-0-1 of shop/web"], "10.0.0.2": ["web-0 of shop/web"] },
      "10.0.1.0/24": { "10.0.1.1": ["10-0-1-1 of shop/web"] },
    });
  });

  it.each([
    [false, { "10.0.0.1": ["10-0-0-1 of shop/web"] }],
    [true, { "10.0.0.1": ["10-0-0-1 of shop/web"], "10.0.0.2": ["10-0-0-2 of shop/web"] }],
  ])("names endpoints of a headless Service; those not ready where published: %s", (publish, names) => {
    const headless = service("shop/web", { clusterIPs: ["None"], publishNotReadyAddresses: publish });
    expect(namesOf([headless], [web("10.0.0.1", "10.0.0.2 unready")])).toEqual({ "10.0.0.0/24": names });
  });

  it("gives an endpoint of several Services all its names, sorted", () => {
    const slices = ["web", "api"].map((name) =>
      slice(`shop/${name}-1`, name, { endpoints: [endpoint("10.0.0.1")] }),
    );
    const services = [service("shop/web", { clusterIPs: [] }), service("shop/api", { clusterIPs: [] })];
    expect(namesOf(services, slices)).toEqual({
      "10.0.0.0/24": { "10.0.0.1": ["10-0-0-1 of shop/api", "10-0-0-1 of shop/web"] },
    });
  });

  it("names an endpoint once that stands in two subsets", () => {
    const slices = ["8080", "9090"].map((number) =>
      slice(`shop/s${number}`, "web", {
        ports: [{ name: "http", protocol: "TCP", port: Number(number) }],
        endpoints: [endpoint("10.0.0.1")],
      }),
    );
    expect(namesOf([service("shop/web", { clusterIPs: [] })], slices)).toEqual({
      "10.0.0.0/24": { "10.0.0.1": ["10-0-0-1 of shop/web"] },
    });
  });

  it("lets a cluster address hide endpoints of the same address", () => {
    expect(namesOf([service("shop/web", { clusterIPs: ["10.0.0.1"] })], [web("10.0.0.1")])).toEqual({
      "10.0.0.0/24": { "10.0.0.1": ["shop/web"] },
    });
  });

  it("has none for an ExternalName that is an address", () => {
    const partner = service("shop/web", { type: "ExternalName", clusterIPs: [], externalName: "10.0.0.1" });
    expect(namesOf([partner], [web("10.0.0.1")])).toEqual({});
  });

  it("names the pods it is given by their first address, but those that ended", () => {
    const pods = [
      pod("shop/a", ["10.0.0.1", "FD00::1"]),
      pod("shop/pending", ["10.0.0.2"], "Pending"),
      pod("shop/done", ["10.0.0.3"], "Succeeded"),
      pod("shop/failed", ["10.0.0.4"], "Failed"),
      pod("shop/lost", ["10.0.0.5"], "Unknown"),
      pod("shop/new", []),
    ];
    expect(namesOf([], [], pods)).toEqual({
      "10.0.0.0/24": { "10.0.0.1": ["pod shop/a"], "10.0.0.2": ["pod shop/pending"] },
    });
  });

  it("names Services at their external addresses, beside what else has those", () => {
    const front = service("shop/front", { clusterIPs: ["10.0.0.9"], externalIPs: ["192.0.2.7", "10.0.0.9"] });
    expect(namesOf([front, service("shop/b", { clusterIPs: [], externalIPs: ["192.0.2.7"] })])).toEqual({
      "10.0.0.0/24": { "10.0.0.9": ["external shop/front", "shop/front"] },
      "192.0.2.0/24": { "192.0.2.7": ["external shop/b", "external shop/front"] },
    });
  });

  it("keeps pods beside Services", () => {
    const pods = [pod("shop/a", ["10.0.0.1"]), pod("other/a", ["10.0.0.1"])];
    expect(namesOf([service("shop/web", { clusterIPs: [] })], [web("10.0.0.1")], pods)).toEqual({
      "10.0.0.0/24": { "10.0.0.1": ["10-0-0-1 of shop/web", "pod other/a", "pod shop/a"] },
    });
  });

  it("warns of pods whose name or address no record can carry", () => {
    const { records, warnings } = compileAddresses(new Map(), [
      pod("shop/a", ["ten"]),
      pod("shop/a_b", ["10.0.0.1"]),
    ]);
    expect(records.size).toBe(0);
    expect(warnings).toMatchObject([
      { object: "Pod shop/a", field: "status.podIPs[0].ip", reason: "ObjectInvalid" },
      { object: "Pod shop/a_b", field: "metadata.name", reason: "ObjectInvalid" },
    ]);
  });
});
