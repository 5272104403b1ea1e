import { describe, expect, it, test } from "vitest";
import { ingressClaims } from "../../../sync-agent/compile/ingress-claims.ts";
import type { Ingress, Service } from "../../../sync-agent/cluster/state.ts";

const PREFIX = "nginx.ingress.kubernetes.io/";
const metadata = { namespace: "shop", name: "web", annotations: {}, labels: {}, created: undefined };
const service: Service = {
  metadata,
  type: "ClusterIP",
  clusterIPs: ["10.96.0.1"],
  externalName: undefined,
  ports: [{ name: "http", protocol: "TCP", port: 80 }],
  publishNotReadyAddresses: false,
};

function claimsOf(annotations: Record<string, string>) {
  const ingress: Ingress = {
    metadata: { ...metadata, annotations },
    ingressClassName: "nginx",
    defaultBackend: { service: { name: "web", port: { number: 80 } } },
    rules: [],
    tls: [],
  };
  const { claims, warnings } = ingressClaims(
    ingress,
    new Map([["shop/web", service]]),
    undefined,
    "cluster.local",
  );
  return {
    backends: claims[0]?.fallback?.route.backends.length,
    warnings: warnings.map(({ reason, message }) => `${reason} ${message}`),
  };
}

describe("an annotation of ingress-nginx", () => {
  it("that is not honoured is named, and the Ingress is served without", () => {
    const { backends, warnings } = claimsOf({
      [`${PREFIX}rewrite-target`]: "/",
      [`${PREFIX}app-root`]: "/x",
    });
    expect(backends).toBe(1);
    expect(warnings).toEqual([
      expect.stringMatching(/^AnnotationIgnored .*app-root, .*rewrite-target are not honoured/),
    ]);
  });

  test.each([
    ["auth-type"],
    ["auth-url"],
    ["auth-tls-secret"],
    ["whitelist-source-range"],
    ["allowlist-source-range"],
    ["denylist-source-range"],
  ])("that keeps somebody out never opens what it closes: %s", (name) => {
    const { backends, warnings } = claimsOf({ [PREFIX + name]: "whatever" });
    expect(backends).toBe(0);
    expect(warnings).toEqual([expect.stringMatching(new RegExp(`^AnnotationRefused .*${name}.* 503`))]);
  });
});

it("says nothing of other annotations", () => {
  expect(claimsOf({ "kubernetes.io/ingress.class": "nginx", "example.com/x": "1" }).warnings).toEqual([]);
});
