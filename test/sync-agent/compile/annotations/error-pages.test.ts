import { describe, expect, it, test } from "vitest";
import type { Ingress } from "../../../../sync-agent/cluster/state.ts";
import { ingressClaims } from "../../../../sync-agent/compile/ingress-claims.ts";
import { clusterState, ingress, service } from "../support/objects.ts";

const SERVICES = clusterState({
  Service: [
    service("shop/web"),
    service("shop/pages", {
      ports: [
        { name: "dns", protocol: "UDP", port: 53 },
        { name: "main", protocol: "TCP", port: 8080 },
        { name: "admin", protocol: "TCP", port: 9000 },
      ],
    }),
    service("shop/portless", { ports: [] }),
    service("other/pages"),
  ],
}).Service;

function claims(annotations: Record<string, string>, more: Partial<Ingress> = {}) {
  const prefixed = Object.entries(annotations).map(([k, v]) => [`nginx.ingress.kubernetes.io/${k}`, v]);
  const object = ingress("shop/web", {
    rules: [
      {
        host: "a.test",
        paths: [
          { path: "/", pathType: "Prefix", backend: { service: { name: "web", port: { number: 80 } } } },
          { path: "/x", pathType: "Prefix", backend: { service: { name: "gone", port: { name: "http" } } } },
          { path: "/y", pathType: "Prefix", backend: { service: undefined } },
        ],
      },
    ],
    ...more,
    metadata: { annotations: Object.fromEntries(prefixed) as Record<string, string> },
  });
  const state = clusterState({});
  const found = ingressClaims(object, {
    services: SERVICES,
    hasServices: (namespace) => namespace === "shop",
    secrets: state.Secret,
    configMaps: state.ConfigMap,
    clusterDomain: "cluster.local",
    systemHost: undefined,
    hasCertificate: () => false,
    isSecured: () => false,
    defaults: "lintel",
  });
  return {
    filters: found.claims[0]?.routes.map(({ route }) => route.filters),
    warnings: found.warnings.filter(({ field }) => field.startsWith("metadata.annotations")),
  };
}

const WEB = { service: "web", port: "80" };
const PAGES = { service: "shop/pages", port: 8080 };

describe("custom-http-errors", () => {
  it("names each path's backend as it is written", () => {
    const { filters } = claims({ "custom-http-errors": "503, 404,404", "default-backend": "pages" });
    expect(filters?.map((each) => [each?.errorPages?.failed, each?.standIn?.failed])).toEqual(
      [WEB, { service: "gone", port: "http" }, { service: "", port: "" }].map((failed) => [failed, failed]),
    );
    expect(filters?.[0]).toEqual({
      errorPages: { statuses: [404, 503], backend: PAGES, failed: WEB },
      standIn: { ...PAGES, failed: WEB },
    });
  });

  it("takes the Ingress's default backend where no other is named", () => {
    const defaultBackend = { service: { name: "pages", port: { name: "admin" } } };
    const { filters } = claims({ "custom-http-errors": "404" }, { defaultBackend });
    expect(filters?.[0]).toEqual({
      errorPages: { statuses: [404], backend: { service: "shop/pages", port: 9000 }, failed: WEB },
    });
  });

  it("does without any, and leaves the Service's responses alone where it should", () => {
    const annotations = { "custom-http-errors": "404", "disable-proxy-intercept-errors": "true" };
    expect(claims(annotations).filters?.[0]).toEqual({
      errorPages: { statuses: [404], edgeOnly: true, failed: WEB },
    });
  });

  test.each(["all", "", "200", "404,600", "404;503"])("%s is refused", (value) => {
    const { filters, warnings } = claims({ "custom-http-errors": value });
    expect(filters?.[0]).toBeUndefined();
    expect(warnings).toEqual([expect.objectContaining({ reason: "AnnotationIgnored" })]);
  });
});

describe("default-backend", () => {
  it("stands in alone without custom-http-errors", () => {
    expect(claims({ "default-backend": "pages" }).filters?.[0]).toEqual({
      standIn: { ...PAGES, failed: WEB },
    });
  });

  test.each([
    ["gone", "is no Service of namespace shop"],
    ["other/pages", "is not the name of a Service"],
    ["portless", "has no TCP port"],
  ])("%s is refused, and harms nothing else", (name, problem) => {
    const { filters, warnings } = claims({ "default-backend": name });
    expect(filters?.[0]).toBeUndefined();
    expect(warnings).toEqual([
      expect.objectContaining({ message: expect.stringContaining(problem) as string }),
    ]);
  });
});
