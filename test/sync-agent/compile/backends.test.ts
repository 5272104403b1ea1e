import { describe, expect, it } from "vitest";
import type { IngressBackend } from "../../../sync-agent/cluster/state.ts";
import { resolveBackend } from "../../../sync-agent/compile/backends.ts";
import { backend, clusterState, port, service } from "./support/objects.ts";

const SERVICES = clusterState({
  Service: [
    service("shop/cart", {
      ports: [port("80 http"), port("443 https"), port("53 dns UDP"), port("53 dns-tcp")],
    }),
    service("shop/bare", { ports: [port("8080")] }),
    service("shop/voice", { ports: [port("5060 sip UDP"), port("70000 broken")] }),
    service("shop/headless", { clusterIPs: ["None"], ports: [port("80 http")] }),
    service("shop/partner", {
      type: "ExternalName",
      clusterIPs: [],
      externalName: "partner.example",
      ports: [port("9000 api"), { ...port("80 site"), targetPort: 8080 }],
    }),
    ...["bare", "stock.other", "stock.other.svc.", "missing.other", "bare.example", "a.bare.shop"].map(
      (name) =>
        service(`shop/to-${name.replaceAll(".", "-").replace(/-$/, "")}`, {
          type: "ExternalName",
          clusterIPs: [],
          externalName: name,
        }),
    ),
    service("other/stock", { ports: [port("80 http")] }),
    service("shop/stock-alias", {
      type: "ExternalName",
      clusterIPs: [],
      externalName: "stock.other.svc.Cluster.local.",
    }),
    service("shop/circle", {
      type: "ExternalName",
      clusterIPs: [],
      externalName: "circle.shop.svc.cluster.local",
    }),
    service("shop/Odd_name"),
  ],
}).Service;
const PLACE = { object: "Ingress shop/web", namespace: "shop", field: "spec.defaultBackend" };
const resolve = (wanted: IngressBackend) => resolveBackend(wanted, PLACE, SERVICES, "cluster.local");

describe("resolveBackend", () => {
  it.each([
    ["a port by number", "cart:80", "shop/cart", 80],
    ["a port by name", "cart:https", "shop/cart", 443],
    ["the TCP port, where a UDP port has its number", "cart:53", "shop/cart", 53],
    ["a port without a name", "bare:8080", "shop/bare", 8080],
    ["a headless Service", "headless:http", "shop/headless", 80],
    ["any port of an ExternalName by number", "partner:8443", "shop/partner", 8443],
    ["a listed port of an ExternalName by name", "partner:api", "shop/partner", 9000],
    ["the target port of an ExternalName's port", "partner:80", "shop/partner", 8080],
    ["the Service that an ExternalName names for short", "to-bare:8080", "shop/bare", 8080],
    ["one with its namespace", "to-stock-other:80", "other/stock", 80],
    ["one with its namespace and svc", "to-stock-other-svc:80", "other/stock", 80],
    [
      "a host that is named like a Service that is missing",
      "to-missing-other:80",
      "shop/to-missing-other",
      80,
    ],
    ["a host of another domain", "to-bare-example:80", "shop/to-bare-example", 80],
    ["a host that is longer than a Service's", "to-a-bare-shop:80", "shop/to-a-bare-shop", 80],
    ["the Service that an ExternalName names in another namespace", "stock-alias:http", "other/stock", 80],
  ])("finds %s", (_, wanted, key, number) => {
    expect(resolve(backend(wanted))).toEqual({
      backends: [{ service: key, port: number, weight: 1 }],
      warnings: [],
    });
  });

  it.each([
    ["a missing Service", "nope:80", "ServiceNotFound", "service.name", /shop\/nope does not exist/],
    ["a circle of aliases", "circle:80", "ServiceNotFound", "service.name", /shop\/circle/],
    ["a Service of another namespace", "stock:80", "ServiceNotFound", "service.name", /shop\/stock/],
    [
      "a Service whose name no record can carry",
      "Odd_name:80",
      "ServiceNotFound",
      "service.name",
      /Odd_name/,
    ],
    [
      "a missing port number",
      "cart:8080",
      "ServicePortNotFound",
      "service.port.number",
      /no TCP port 8080 \(it has 80 "http", 443 "https", 53 "dns-tcp"\)/,
    ],
    ["a missing port name", "cart:web", "ServicePortNotFound", "service.port.name", /no TCP port "web"/],
    [
      "a port that is UDP only",
      "voice:5060",
      "ServicePortNotFound",
      "service.port.number",
      /\(it has none\)/,
    ],
    ["a number that is no port", "voice:70000", "ServicePortNotFound", "service.port.number", /70000/],
    ["port 0 of an ExternalName", "partner:0", "ServicePortNotFound", "service.port.number", /port 0/],
    [
      "an unknown port name of an ExternalName",
      "partner:web",
      "ServicePortNotFound",
      "service.port.name",
      /9000/,
    ],
  ])("has no backend for %s", (_, wanted, reason, field, message) => {
    const { backends, warnings } = resolve(backend(wanted));
    expect(backends).toEqual([]);
    expect(warnings).toMatchObject([
      { object: "Ingress shop/web", field: `spec.defaultBackend.${field}`, reason },
    ]);
    expect(warnings[0]?.message).toMatch(message);
    expect(warnings[0]?.remedy).not.toBe("");
  });

  it("has no backend for a resource", () => {
    const { backends, warnings } = resolve({ service: undefined });
    expect(backends).toEqual([]);
    expect(warnings).toMatchObject([{ field: "spec.defaultBackend.resource", reason: "BackendUnsupported" }]);
  });
});
