import { describe, expect, test } from "vitest";
import type { Target } from "../../../../contract/index.ts";
import { type Context, filtersOf, read, warningsOf } from "../support/annotations.ts";
import { clusterState, port, service } from "../support/objects.ts";

const context: Context = {
  services: clusterState({
    Service: [
      service("shop/auth", { ports: [port("80 http"), port("8080 admin"), port("53 dns UDP")] }),
      service("auth/oauth2", { ports: [port("443 https"), port("4180 http")] }),
      service("shop/alias", { type: "ExternalName", externalName: "oauth2.auth.svc.cluster.local" }),
      service("shop/partner", { type: "ExternalName", externalName: "login.example.com" }),
    ],
  }).Service,
};

const targetOf = (url: string) => filtersOf({ "auth-url": url }, context).access?.external?.target;

const at = (
  service: string,
  port: number,
  host: string,
  path = "/check",
  scheme: "http" | "https" = "http",
): Target => ({
  kind: "service",
  service,
  port,
  scheme,
  host,
  path,
});

describe("a Service", () => {
  test.each<[string, Target]>([
    ["http://auth/check", at("shop/auth", 80, "auth")],
    ["http://auth.shop/check", at("shop/auth", 80, "auth.shop")],
    ["http://auth.shop.svc/check", at("shop/auth", 80, "auth.shop.svc")],
    ["http://auth.shop.svc.cluster.local:8080/check", at("shop/auth", 8080, "auth.shop.svc.cluster.local")],
    ["http://auth.shop.svc.cluster.local./check", at("shop/auth", 80, "auth.shop.svc.cluster.local")],
    ["HTTP://AUTH.shop/check", at("shop/auth", 80, "auth.shop")],
    ["https://oauth2.auth/check", at("auth/oauth2", 443, "oauth2.auth", "/check", "https")],
    ["http://auth", at("shop/auth", 80, "auth", "/")],
    ["http://auth?x=$host", at("shop/auth", 80, "auth", "?x=$host")],
    ["http://auth/a?b=$request_uri#c", at("shop/auth", 80, "auth", "/a?b=$request_uri")],
    ["http://alias:4180/check", at("auth/oauth2", 4180, "alias")],
    ["http://partner:8443/check", at("shop/partner", 8443, "partner")],
  ])("%s", (url, expected) => {
    expect(targetOf(url)).toEqual(expected);
  });
});

describe("a host elsewhere", () => {
  test.each<[string, string, string]>([
    ["https://auth.example.com/check", "https://auth.example.com", "/check"],
    ["https://auth.example.com:8443/check?a=b", "https://auth.example.com:8443", "/check?a=b"],
    ["https://Auth.Example.com", "https://auth.example.com", "/"],
    ["https://example.com/check", "https://example.com", "/check"],
    ["https://$host/oauth2/auth", "https://$host", "/oauth2/auth"],
    ["https://${host}/oauth2/auth", "https://${host}", "/oauth2/auth"],
    ["https://auth.$host:8443/check", "https://auth.$host:8443", "/check"],
    ["https://auth.example.com$request_uri", "https://auth.example.com", "$request_uri"],
    ["https://auth.example.com${request_uri}", "https://auth.example.com", "${request_uri}"],
    ["https://8.8.8.8/check", "https://8.8.8.8", "/check"],
  ])("%s", (url, origin, path) => {
    expect(targetOf(url)).toEqual({ kind: "url", origin, path });
  });
});

describe("leads nowhere, and closes the Ingress", () => {
  test.each([
    ["auth.shop/check", "is not an http or https URL"],
    ["ftp://auth/check", "is not an http or https URL"],
    ["http://", "is not an http or https URL"],
    ["http:///check", "is not an http or https URL"],
    ["http://a b/check", "is not an http or https URL"],
    ["http://auth:99999/", "is not an http or https URL"],
    ["http://alice:secret@auth/", "holds a user name"],
    ["", "is empty"],
    ["http://missing/check", "names Service shop/missing, which does not exist"],
    ["http://missing.shop/check", "names Service shop/missing, which does not exist"],
    ["http://missing.nowhere.svc/check", "names Service nowhere/missing, which does not exist"],
    ["http://auth:8081/", "names port 8081, which Service shop/auth does not have (it has 80, 8080)"],
    ["http://auth:53/", "names port 53, which Service shop/auth does not have"],
    ["https://auth/", "names port 443, which Service shop/auth does not have"],
    ["http://auth-0.auth.shop.svc.cluster.local/", "names a single pod of a Service"],
    ["https://invalid..auth.test", "names a host with an empty label"],
    ["https://.auth.test/", "names a host with an empty label"],
    ["http://10.0.0.1/", "leads nowhere: 10.0.0.1 is no public address (private)"],
    ["http://169.254.169.254/latest", "is no public address (linkLocal)"],
    ["http://[::1]:8080/", "is no public address (loopback)"],
    ["http://2130706433/", "127.0.0.1 is no public address (loopback)"],
    ["http://localhost:8080/", "leads nowhere: localhost has no domain"],
  ])("%s", (url, problem) => {
    const { filters, outcome } = read({ "auth-url": url }, context);
    expect([filters.closed, outcome]).toEqual([true, "close"]);
    expect(warningsOf({ "auth-url": url }, context)).toEqual([expect.stringContaining(problem)]);
  });
});

test.each(["auth.corp.internal", "login.local", "metadata.google.internal"])(
  "%s may be a host of the edge's own, and is noted",
  (host) => {
    expect(targetOf(`http://${host}/check`)).toEqual({
      kind: "url",
      origin: `http://${host}`,
      path: "/check",
    });
    expect(warningsOf({ "auth-url": `http://${host}/check` }, context)).toEqual([
      expect.stringMatching(
        /^AnnotationWithoutEffect: .* It is asked only where this edge serves that host itself\.$/,
      ),
    ]);
  },
);
