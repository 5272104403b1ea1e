import { describe, expect, it, test } from "vitest";
import { type Context, filtersOf, read, warningsOf } from "../support/annotations.ts";
import { clusterState, configMap, service } from "../support/objects.ts";

const state = clusterState({
  Service: [service("shop/auth")],
  ConfigMap: [
    configMap("shop/headers", { "X-Tenant": "shop", "X-Path": "$uri" }),
    configMap("shop/bad", { "X-Tenant": "a\nX-Admin: 1" }),
    configMap("shop/reserved", { Host: "b.test" }),
    configMap("other/headers", { "X-Tenant": "other" }),
  ],
});
const context: Context = { services: state.Service, configMaps: state.ConfigMap };

const URL = { "auth-url": "http://auth/check" };
const external = (annotations: Record<string, string>) =>
  filtersOf({ ...URL, ...annotations }, context).access?.external;

it("has ingress-nginx's defaults", () => {
  expect(external({})).toEqual({
    target: { kind: "service", service: "shop/auth", port: 80, scheme: "http", host: "auth", path: "/check" },
    responseHeaders: [],
    requestHeaders: {},
    alwaysSetCookie: false,
  });
});

const RD = "$pass_access_scheme://$http_host$escaped_request_uri";

test.each<[string, Record<string, string>, object]>([
  ["a method", { "auth-method": "post" }, { method: "POST" }],
  [
    "headers for the upstream",
    { "auth-response-headers": "X-User, X-Groups" },
    { responseHeaders: ["x-user", "x-groups"] },
  ],
  ["a redirect", { "auth-request-redirect": "https://$host/" }, { requestRedirect: "https://$host/" }],
  [
    "headers of a ConfigMap",
    { "auth-proxy-set-headers": "shop/headers" },
    { requestHeaders: { "x-tenant": "shop", "x-path": "$uri" } },
  ],
  ["cookies always", { "auth-always-set-cookie": "true" }, { alwaysSetCookie: true }],
  [
    "a cache",
    { "auth-cache-key": "$cookie_s" },
    { cache: { key: "$cookie_s", seconds: { 200: 300, 202: 300, 401: 300 } } },
  ],
  [
    "a cache with times",
    { "auth-cache-key": "$cookie_s", "auth-cache-duration": "200 202 10m, any 1m, 500 1h" },
    { cache: { key: "$cookie_s", seconds: { 200: 600, 202: 600, any: 60 } } },
  ],
  [
    "a cache with a time alone",
    { "auth-cache-key": "k", "auth-cache-duration": "1h30m" },
    { cache: { key: "k", seconds: { 200: 5400, 301: 5400, 302: 5400 } } },
  ],
])("%s", (_, annotations, expected) => {
  expect(external(annotations)).toMatchObject(expected);
  expect(warningsOf({ ...URL, ...annotations }, context)).toEqual([]);
});

describe("signing in, with where the client came from", () => {
  test.each([
    ["https://login.test/start", {}, `https://login.test/start?rd=${RD}`],
    ["https://login.test/start?a=b", {}, `https://login.test/start?a=b&rd=${RD}`],
    ["https://login.test/start?", {}, `https://login.test/start?rd=${RD}`],
    ["https://$host/start?rd=$escaped_request_uri", {}, "https://$host/start?rd=$escaped_request_uri"],
    ["https://login.test/start?rd=", {}, `https://login.test/start?rd=&rd=${RD}`],
    [
      "https://login.test/start",
      { "auth-signin-redirect-param": "from" },
      `https://login.test/start?from=${RD}`,
    ],
    [
      "https://login.test/start?rd=x",
      { "auth-signin-redirect-param": "from" },
      `https://login.test/start?rd=x&from=${RD}`,
    ],
    ["/start", {}, `/start?rd=${RD}`],
  ])("%s %j", (signin, more, expected) => {
    expect(external({ "auth-signin": signin, ...more })?.signin).toBe(expected);
  });
});

describe("closes the Ingress", () => {
  test.each([
    ["auth-method", "FETCH", "is not one of GET"],
    ["auth-response-headers", "X User", "is not a header's name"],
    ["auth-response-headers", "Lintel-Upstream", `holds "lintel-upstream", which is the edge's to set`],
    ["auth-response-headers", "Content-Length", `holds "content-length"`],
    ["auth-response-headers", "", "names no header"],
    ["auth-proxy-set-headers", "shop/none", "names ConfigMap shop/none, which does not exist"],
    ["auth-proxy-set-headers", "other/headers", "lies in another namespace"],
    ["auth-proxy-set-headers", "shop/bad", "holds control characters"],
    ["auth-proxy-set-headers", "shop/reserved", `holds "host"`],
    ["auth-proxy-set-headers", "no config map", "does not name a ConfigMap"],
  ])("%s: %s", (name, value, problem) => {
    const { filters, outcome } = read({ ...URL, [name]: value }, context);
    expect([filters.closed, outcome]).toEqual([true, "close"]);
    expect(warningsOf({ ...URL, [name]: value }, context)).toEqual([expect.stringContaining(problem)]);
  });
});

describe("is as good as not written where it opens nothing", () => {
  test.each([
    ["auth-signin", "javascript:alert(1)", "is neither a URL nor a path"],
    ["auth-signin-redirect-param", "a&b", "is not a parameter's name"],
    ["auth-always-set-cookie", "yes", "is not true or false"],
    ["auth-cache-duration", "a while", "is not a"],
    ["auth-cache-duration", "999 5m", "is not a list of statuses and a time"],
    ["auth-cache-duration", "", "is not a list of statuses and a time"],
    [
      "auth-cache-key",
      "$ssl_client_fingerprint",
      "holds $ssl_client_fingerprint, of which nothing is known here",
    ],
    ["auth-cache-key", "$host${remote_usr}", "holds $remote_usr, of which nothing is known here"],
  ])("%s: %s", (name, value, problem) => {
    expect(external({ [name]: value })).toEqual(external({}));
    expect(warningsOf({ ...URL, [name]: value }, context)).toEqual([expect.stringContaining(problem)]);
  });
});

describe("enable-global-auth", () => {
  test.each([
    ["false", []],
    ["true", [expect.stringContaining("No authentication is configured for all Ingresses")]],
  ])("%s", (value, warnings) => {
    expect(filtersOf({ "enable-global-auth": value })).toEqual({});
    expect(warningsOf({ "enable-global-auth": value })).toEqual(warnings);
  });
});

it("keeps no answers under a key that a variable nobody knows is a part of", () => {
  const annotations = { "auth-url": "https://auth.example.com/", "auth-cache-key": "$tenant$http_x" };
  const external = filtersOf(annotations).access?.external;
  expect([external?.target.kind, external?.cache]).toEqual(["url", undefined]);
  expect(warningsOf(annotations)).toEqual([
    expect.stringContaining("holds $tenant, of which nothing is known"),
  ]);
});
