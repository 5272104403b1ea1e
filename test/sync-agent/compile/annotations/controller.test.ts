import { describe, expect, it, test } from "vitest";
import { filtersSchema } from "../../../../contract/index.ts";
import { readController } from "../../../../sync-agent/compile/annotations/controller.ts";
import { read } from "../support/annotations.ts";
import { clusterState, configMap, port, service } from "../support/objects.ts";

const state = clusterState({ Service: [service("auth/check", { ports: [port("80")] })] });
const CONTEXT = {
  services: state.Service,
  hasServices: (namespace: string) => namespace === "auth",
  secrets: state.Secret,
  configMaps: state.ConfigMap,
  clusterDomain: "cluster.local",
};

function controllerOf(data: Readonly<Record<string, string>>) {
  return readController(configMap("ingress-nginx/config", data), CONTEXT);
}

/** What an Ingress of an adopted class with these annotations means where the ConfigMap says so. */
function under(data: Readonly<Record<string, string>>, annotations: Readonly<Record<string, string>> = {}) {
  const { controller } = controllerOf(data);
  return read(annotations, { ...CONTEXT, defaults: "nginx", controller });
}

const problems = (data: Readonly<Record<string, string>>) =>
  controllerOf(data).warnings.map(({ object, field, message }) => `${object} ${field}: ${message}`);

describe("a setting is the default of", () => {
  test.each<[string, Record<string, string>, object]>([
    ["proxy-body-size", { "proxy-body-size": "8m" }, { maxBody: 8 * 1024 * 1024 }],
    ["proxy-read-timeout", { "proxy-read-timeout": "10" }, { forwarding: { readMs: 10_000 } }],
    [
      "whitelist-source-range",
      { "whitelist-source-range": "10.0.0.0/8" },
      { access: { allow: ["10.0.0.0/8"] } },
    ],
    ["enable-access-log", { "disable-access-log": "true" }, { silent: true }],
  ])("%s", (_, data, filters) => {
    expect(under(data).filters).toMatchObject(filters);
    expect(problems(data)).toEqual([]);
  });

  test.each([
    [{ hsts: "false" }, undefined],
    [{ "hsts-max-age": "60" }, "max-age=60; includeSubDomains"],
    [{ "hsts-include-subdomains": "false", "hsts-preload": "true" }, "max-age=31536000; preload"],
    [{}, "max-age=31536000; includeSubDomains"],
  ])("lintel.dev/hsts: %j", (data: Record<string, string>, hsts) => {
    expect(under(data).hsts).toBe(hsts);
  });

  test.each([
    [{ "limit-req-status-code": "429" }, 429],
    [{ "limit-conn-status-code": "429" }, 429],
    [{}, 503],
  ])("lintel.dev/limit-status: %j", (data: Record<string, string>, status) => {
    expect(under(data, { "limit-rps": "1" }).filters.limits?.status).toBe(status);
  });
});

it("an annotation comes before the setting", () => {
  const { filters } = under({ "proxy-body-size": "8m" }, { "proxy-body-size": "2m" });
  expect(filters.maxBody).toBe(2 * 1024 * 1024);
  expect(under({ "ssl-redirect": "false" }).toHttps).toBeUndefined();
  expect(under({ "ssl-redirect": "false" }, { "ssl-redirect": "true" }).toHttps).toBeDefined();
});

describe("a setting that cannot be read", () => {
  it("is told once, of the ConfigMap, and not followed", () => {
    const data = { "proxy-body-size": "big" };
    expect(problems(data)).toEqual([
      expect.stringMatching(/^ConfigMap ingress-nginx\/config data\[proxy-body-size\]: "big" .*not followed/),
    ]);
    const { filters, warnings } = under(data);
    expect([filters.maxBody, warnings]).toEqual([1024 * 1024, []]);
  });

  it("lets nobody in where it says who may come in", () => {
    const data = { "whitelist-source-range": "10.0.0.0/8, nonsense" };
    expect(under(data).filters.access).toEqual({ satisfy: "all", allow: [] });
    expect(problems(data)).toEqual([expect.stringContaining("refuse their requests")]);
    const own = under(data, { "whitelist-source-range": "192.0.2.0/24" });
    expect(own.filters.access?.allow).toEqual(["192.0.2.0/24"]);
  });
});

describe("block-cidrs", () => {
  it("is refused by every Ingress, beside its own denylist", () => {
    const data = { "block-cidrs": "192.0.2.0/24, 198.51.100.7" };
    expect(problems(data)).toEqual([]);
    expect(under(data).filters.access?.deny).toEqual(["192.0.2.0/24", "198.51.100.7/32"]);
    expect(under(data, { "denylist-source-range": "10.0.0.0/8" }).filters.access?.deny).toEqual([
      "192.0.2.0/24",
      "198.51.100.7/32",
      "10.0.0.0/8",
    ]);
    expect(under({ "block-cidrs": "" }).filters.access).toBeUndefined();
  });

  it("refuses everybody where it cannot be read", () => {
    const data = { "block-cidrs": "192.0.2.0/24 nonsense" };
    expect(under(data).filters.access?.deny).toEqual(["0.0.0.0/0", "::/0"]);
    expect(problems(data)).toEqual([expect.stringContaining("data[block-cidrs]")]);
  });
});

describe("http-redirect-code", () => {
  test.each([
    ["301", 301, 0],
    ["", 308, 0],
    ["200", 308, 1],
  ])("%s", (code, status, warnings) => {
    const data = { "http-redirect-code": code };
    const { toHttps, www } = under(data, { "from-to-www-redirect": "true" });
    expect([toHttps?.status, www?.status, problems(data).length]).toEqual([status, status, warnings]);
  });
});

it("settings that are not followed are named, and those that only tune nginx are not", () => {
  const found = problems({ "use-forwarded-headers": "true", "worker-processes": "4", "http-snippet": "" });
  expect(found).toEqual([
    expect.stringContaining("data[use-forwarded-headers]: This setting is not followed."),
  ]);
});

describe("global-auth-url", () => {
  const AUTH = { "global-auth-url": "http://check.auth.svc.cluster.local/", "global-auth-method": "POST" };

  it("asks for every Ingress", () => {
    const { filters } = under(AUTH);
    expect(filtersSchema.parse(filters).access?.external).toMatchObject({ method: "POST" });
    expect(problems(AUTH)).toEqual([]);
  });

  it("names Services in the ConfigMap's own namespace, where it names none", () => {
    expect(problems({ "global-auth-url": "http://check.auth/" })).toEqual([]);
    expect(under({ "global-auth-url": "http://check.auth/" }).filters.closed).toBeUndefined();
  });

  it.each([
    ["enable-global-auth is false", { "enable-global-auth": "false" }, undefined],
    ["enable-global-auth is true", { "enable-global-auth": "true" }, "POST"],
    ["enable-global-auth cannot be read", { "enable-global-auth": "maybe" }, "POST"],
  ])("where %s", (_, annotations: Record<string, string>, method) => {
    expect(under(AUTH, annotations).filters.access?.external?.method).toBe(method);
  });

  it("gives way as a whole to an Ingress's own auth-url", () => {
    const { filters } = under(AUTH, { "auth-url": "https://auth.example.com/" });
    expect(filters.access?.external?.target).toMatchObject({ kind: "url" });
    expect(filters.access?.external?.method).toBeUndefined();
  });

  it.each([
    ["the URL", { "global-auth-url": "no URL" }, "global-auth-url"],
    ["the method", { ...AUTH, "global-auth-method": "BREW" }, "global-auth-method"],
    [
      "the headers",
      { ...AUTH, "global-auth-response-headers": "not a header" },
      "global-auth-response-headers",
    ],
  ])("closes where %s cannot be read", (_, data: Record<string, string>, key) => {
    expect(problems(data)).toEqual([expect.stringContaining(`ConfigMap ingress-nginx/config data[${key}]`)]);
    expect(under(data).filters.closed).toBe(true);
    expect(under(data, { "enable-global-auth": "false" }).filters.closed).toBeUndefined();
  });
});
