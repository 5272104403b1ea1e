import { describe, expect, it, test } from "vitest";
import { mergeHostClaims } from "../../../sync-agent/compile/host-claims.ts";
import { keptClaims } from "../../../sync-agent/compile/last-good.ts";
import { plainPrefix, readExpression } from "../../../sync-agent/compile/regex-path.ts";
import type { Ingress } from "../../../sync-agent/cluster/state.ts";
import { pathExpression } from "../../../contract/expression.ts";
import { clusterState, ingress, path, service } from "./support/objects.ts";

const SERVICES = clusterState({ Service: ["a", "b"].map((name) => service(`shop/${name}`)) }).Service;

function compiled(ingresses: readonly Ingress[], lastGood: readonly Ingress[] = []) {
  const good = new Map(lastGood.map((it) => [`shop/${it.metadata.name}`, it]));
  const claimed = ingresses.map((it) =>
    keptClaims(
      it,
      {
        services: SERVICES,
        hasServices: (namespace) => namespace === "shop",
        secrets: new Map(),
        configMaps: new Map(),
        clusterDomain: "cluster.local",
        systemHost: undefined,
        hasCertificate: () => false,
        isSecured: () => false,
        defaults: "lintel",
      },
      good,
    ),
  );
  const { records, warnings } = mergeHostClaims(claimed.flatMap(({ claims }) => claims));
  return {
    routes: Object.fromEntries(
      [...records].map(([host, { routes }]) => [
        host,
        routes.map(({ match, ingress, filters }) => {
          const { type, value } = match.path;
          return `${type} ${value} (${ingress})${filters?.closed ? " closed" : ""}${filters?.rewrite ? ` to ${filters.rewrite}` : ""}`;
        }),
      ]),
    ),
    warnings: [...claimed.flatMap(({ warnings }) => warnings), ...warnings].map(
      ({ object, field, message }) => `${object} ${field}: ${message}`,
    ),
  };
}

const web = (name: string, host: string, annotations: Record<string, string>, ...paths: string[]) =>
  ingress(`shop/${name}`, {
    metadata: {
      annotations: Object.fromEntries(
        Object.entries(annotations).map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value]),
      ),
    },
    rules: [{ host, paths: paths.map(path) }],
  });

describe("use-regex or rewrite-target on one Ingress of a host", () => {
  it("makes every path of it an expression, the longest first, then the later by text", () => {
    const { routes, warnings } = compiled([
      web("one", "x.test", { "use-regex": "true" }, "ImplementationSpecific /foo/bar/[A-Z0-9]{3} a:80"),
      web("two", "x.test", {}, "Exact /foo/bar/bar b:80", "Prefix /foo/baz b:80", "Prefix /foo/bar b:80"),
      web("three", "y.test", {}, "Prefix /foo b:80"),
    ]);
    expect(routes).toEqual({
      "x.test": [
        "RegularExpression /foo/bar/[A-Z0-9]{3} (shop/one)",
        "RegularExpression /foo/bar/bar (shop/two)",
        "RegularExpression /foo/baz (shop/two)",
        "RegularExpression /foo/bar (shop/two)",
      ],
      "y.test": ["PathPrefix /foo (shop/three)"],
    });
    expect(warnings).toEqual([]);
  });

  it("does not, where the target is the path itself", () => {
    const { routes } = compiled([
      web("one", "x.test", { "rewrite-target": "/" }, "Prefix / a:80", "Prefix /b a:80"),
    ]);
    // The other path is rewritten, so that both are expressions.
    expect(routes["x.test"]).toEqual([
      "RegularExpression /b (shop/one) to /",
      "RegularExpression / (shop/one)",
    ]);
    expect(
      compiled([web("one", "x.test", { "rewrite-target": "/" }, "Prefix / a:80")]).routes["x.test"],
    ).toEqual(["PathPrefix / (shop/one)"]);
  });
});

describe("an app root", () => {
  it("has / of its host, also where the Ingress has no path for it", () => {
    const { routes, warnings } = compiled([
      web("one", "x.test", { "app-root": "/app" }, "Prefix /app a:80"),
      web("two", "x.test", {}, "Prefix / b:80"),
      web("three", "y.test", { "app-root": "/app" }, "Prefix / a:80"),
    ]);
    expect(routes).toEqual({
      "x.test": ["Exact / (shop/one)", "PathPrefix /app (shop/one)", "PathPrefix / (shop/two)"],
      "y.test": ["PathPrefix / (shop/three)"],
    });
    expect(warnings).toEqual([]);
  });

  it("is an expression where the others are", () => {
    const { routes } = compiled([
      web("one", "x.test", { "app-root": "/app", "use-regex": "true" }, "ImplementationSpecific /app.* a:80"),
    ]);
    expect(routes["x.test"]).toEqual([
      "RegularExpression /app.* (shop/one)",
      "RegularExpression /$ (shop/one)",
    ]);
  });
});

describe("a path that cannot be run", () => {
  const good = web("one", "x.test", { "use-regex": "true" }, "ImplementationSpecific /a/(b|c) a:80");
  const bad = web(
    "one",
    "x.test",
    { "use-regex": "true" },
    "ImplementationSpecific /a/(b|c a:80",
    "Prefix /z a:80",
  );
  const other = web("two", "x.test", {}, "Prefix / b:80");

  it("leaves its Ingress as it was, and others alone", () => {
    expect(compiled([bad, other], [good])).toEqual({
      routes: {
        "x.test": ["RegularExpression /a/(b|c) (shop/one)", "RegularExpression / (shop/two)"],
      },
      warnings: [
        expect.stringMatching(
          /^Ingress shop\/one spec.rules\[0\].http.paths\[0\].path: "\/a\/\(b\|c" is no regular expression/,
        ),
      ],
    });
  });

  it("closes its Ingress where it was never better, and takes nothing of others", () => {
    expect(compiled([bad, other]).routes).toEqual({
      "x.test": ["RegularExpression /z (shop/one) closed", "RegularExpression / (shop/two)"],
    });
  });

  it("closes whatever it could have matched where access to its Ingress is restricted", () => {
    const annotations = { "use-regex": "true", "allowlist-source-range": "10.0.0.0/8" };
    const restricted = web("one", "x.test", annotations, "ImplementationSpecific /a/(b)\\1 a:80");
    expect(compiled([restricted, other]).routes["x.test"]).toEqual([
      "RegularExpression /a/ (shop/one) closed",
      "RegularExpression / (shop/two)",
    ]);
  });

  it("of an Ingress that never asked for expressions stands for itself", () => {
    const plain = web("two", "x.test", {}, "Prefix /c++/ b:80", "Exact /(x b:80");
    const { routes, warnings } = compiled([good, plain]);
    expect(routes["x.test"]).toEqual([
      "RegularExpression /c\\+\\+(?:/|$) (shop/two)",
      "RegularExpression /a/(b|c) (shop/one)",
      "RegularExpression /\\(x$ (shop/two)",
    ]);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^Ingress shop\/two .*paths\[0\].path: "\/c\+\+\/" has an atomic group .* It is matched as it stands\.$/,
      ),
      expect.stringMatching(/^Ingress shop\/two .*paths\[1\].path: "\/\(x" is no regular expression/),
    ]);
  });
});

test.each([
  ["/api/(?>x)", "/api/"],
  ["/api(", "/api"],
  ["/apis?/(", "/api"],
  ["/a\\.b(", "/a"],
  ["/(a", "/"],
])("%s begins with the plain text %s", (value, prefix) => {
  expect(plainPrefix(value)).toBe(prefix);
});

test.each([
  ["Exact /c++", ["/c++", "/C++"], ["/c++/", "/c"]],
  ["Prefix /c++/", ["/c++", "/c++/x"], ["/c+++", "/c"]],
  ["ImplementationSpecific /(", ["/(", "/(/x"], ["/", "/(x"]],
])("%s, standing for itself, matches %j and not %j", (written, matching, others) => {
  const expression = pathExpression(readExpression(path(`${written} a:80`)).value);
  expect(matching.filter((it) => !expression.test(it))).toEqual([]);
  expect(others.filter((it) => expression.test(it))).toEqual([]);
});
