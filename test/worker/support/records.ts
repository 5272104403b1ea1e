import type { HostRecord, Route, ServiceRecord } from "../../../contract/index.ts";

type PathMatch = Route["match"]["path"];

/** `Exact /a`, `PathPrefix /b` and so on, each to a Service of the path's own name. */
export function hostOf(...paths: readonly string[]): HostRecord {
  return {
    routes: paths.map((text) => {
      const [type, value = "/", service = "shop/web"] = text.split(" ");
      return {
        ingress: "shop/web",
        match: { path: { type: type as PathMatch["type"], value } },
        backends: [{ service, port: 80, weight: 1 }],
      };
    }),
  };
}

/** A Service with port 80 named `http`, and ready endpoints on port 8080. */
export function serviceOf(...addresses: readonly string[]): ServiceRecord {
  return {
    kind: "clusterIP",
    clusterIPs: ["10.96.0.10"],
    ports: [{ name: "http", protocol: "TCP", port: 80 }],
    subsets: [
      {
        ports: [{ name: "http", protocol: "TCP", port: 8080 }],
        endpoints: addresses.map((address) => ({ address, ready: true })),
      },
    ],
  };
}
