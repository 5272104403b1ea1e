import { describe, expect, it } from "vitest";
import type { Route } from "../../../contract/index.ts";
import type { Ingress } from "../../../sync-agent/cluster/state.ts";
import { mergeHostClaims } from "../../../sync-agent/compile/host-claims.ts";
import { ingressClaims } from "../../../sync-agent/compile/ingress-claims.ts";
import { backend, clusterState, ingress, path, service } from "./support/objects.ts";

const NAMES = ["a", "b", "c", "d"];
const SERVICES = clusterState({
  Service: ["shop", "other"].flatMap((namespace) => NAMES.map((name) => service(`${namespace}/${name}`))),
}).Service;

const describeRoute = ({ match, backends, ingress }: Route) =>
  `${match.path.type} ${match.path.value} -> ${backends.map((it) => it.service).join() || "503"} (${ingress})`;

/** Routes by host, and `object field reason` of the warnings. */
function hostsOf(ingresses: readonly Ingress[], systemHost?: string) {
  const claimed = ingresses.map((it) =>
    ingressClaims(it, {
      services: SERVICES,
      hasServices: (namespace) => namespace === "shop",
      secrets: new Map(),
      configMaps: new Map(),
      clusterDomain: "cluster.local",
      systemHost,
      hasCertificate: () => false,
      isSecured: () => false,
      defaults: "lintel",
    }),
  );
  const { records, warnings } = mergeHostClaims(claimed.flatMap(({ claims }) => claims));
  const all = [...claimed.flatMap(({ warnings }) => warnings), ...warnings];
  return {
    hosts: Object.fromEntries([...records].map(([host, { routes }]) => [host, routes.map(describeRoute)])),
    warnings: all.map(({ object, field, reason }) => `${object} ${field} ${reason}`),
    messages: all.map(({ message }) => message),
  };
}

const rule = (host: string | undefined, ...paths: string[]) => ({ host, paths: paths.map(path) });
const old = { created: 1000 };
const young = { created: 2000 };

describe("rules", () => {
  it("stand under their host, a wildcard, or the default host", () => {
    const web = ingress("shop/web", {
      rules: [
        rule("Shop.Example", "Prefix /a a:80"),
        rule("*.shop.example", "Prefix / b:80"),
        rule(undefined, "Exact /c c:80"),
        rule("", "Exact /d d:80"),
      ],
    });
    expect(hostsOf([web])).toMatchObject({
      hosts: {
        "shop.example": ["PathPrefix /a -> shop/a (shop/web)"],
        "*.shop.example": ["PathPrefix / -> shop/b (shop/web)"],
        "*": ["Exact /c -> shop/c (shop/web)", "Exact /d -> shop/d (shop/web)"],
      },
      warnings: [],
    });
  });

  it("of several Ingresses are merged host by host", () => {
    const one = ingress("shop/one", { rules: [rule("x.example", "Prefix /a a:80")] });
    const two = ingress("other/two", { rules: [rule("x.example", "Prefix /b b:80", "Exact /a c:80")] });
    expect(hostsOf([one, two])).toMatchObject({
      hosts: {
        "x.example": [
          "Exact /a -> other/c (other/two)",
          "PathPrefix /a -> shop/a (shop/one)",
          "PathPrefix /b -> other/b (other/two)",
        ],
      },
      warnings: [],
    });
  });

  it("are in matching order: Exact, then the longer prefix, then by text", () => {
    const paths = ["Prefix / a:80", "Prefix /b a:80", "Prefix /a/b a:80", "Exact /z a:80", "Prefix /a a:80"];
    const { hosts } = hostsOf([ingress("shop/web", { rules: [rule("x.example", ...paths)] })]);
    expect(hosts["x.example"]?.map((route) => route.split(" ->")[0])).toEqual([
      "Exact /z",
      "PathPrefix /a/b",
      "PathPrefix /a",
      "PathPrefix /b",
      "PathPrefix /",
    ]);
  });

  it.each(["*", "10.0.0.1", "fd00::1", "x.example:80", "-x.example", "a.*.example", "x example"])(
    "for %j, which is no hostname, are ignored alone",
    (host) => {
      const web = ingress("shop/web", {
        rules: [rule(host, "Prefix / a:80"), rule("x.example", "Prefix / b:80")],
      });
      expect(hostsOf([web])).toMatchObject({
        hosts: { "x.example": ["PathPrefix / -> shop/b (shop/web)"] },
        warnings: ["Ingress shop/web spec.rules[0].host ObjectInvalid"],
      });
    },
  );

  it("with a path that is none lose that path alone", () => {
    const web = ingress("shop/web", { rules: [rule("x.example", "Prefix a a:80", "Prefix /b b:80")] });
    expect(hostsOf([web])).toMatchObject({
      hosts: { "x.example": ["PathPrefix /b -> shop/b (shop/web)"] },
      warnings: ["Ingress shop/web spec.rules[0].http.paths[0].path ObjectInvalid"],
    });
  });

  it("keep a route whose backend is missing, to answer 503", () => {
    const web = ingress("shop/web", { rules: [rule("x.example", "Prefix /a nope:80", "Prefix / b:80")] });
    expect(hostsOf([web])).toMatchObject({
      hosts: { "x.example": ["PathPrefix /a -> 503 (shop/web)", "PathPrefix / -> shop/b (shop/web)"] },
      warnings: ["Ingress shop/web spec.rules[0].http.paths[0].backend.service.name ServiceNotFound"],
    });
  });
});

describe("the system host", () => {
  it("is claimed by no rule, and the Ingress's other rules stay", () => {
    const web = ingress("shop/web", {
      rules: [rule("edge.example", "Prefix / a:80"), rule("x.example", "Prefix / b:80")],
      defaultBackend: backend("c:80"),
    });
    expect(hostsOf([web], "edge.example")).toMatchObject({
      hosts: { "x.example": ["PathPrefix / -> shop/b (shop/web)"] },
      warnings: ["Ingress shop/web spec.rules[0].host HostReserved"],
    });
  });

  it("leaves a wildcard over it alone", () => {
    const web = ingress("shop/web", { rules: [rule("*.example", "Prefix / a:80")] });
    expect(hostsOf([web], "edge.example").warnings).toEqual([]);
  });
});

describe("conflicts", () => {
  const claim = (key: string, created: number | undefined, ...paths: string[]) =>
    ingress(key, { metadata: { created }, rules: [rule("x.example", ...paths)] });

  it("go to the older Ingress, and the younger hears of it", () => {
    const { hosts, warnings, messages } = hostsOf([
      claim("other/young", 2000, "Prefix /a b:80", "Prefix /b b:80"),
      claim("shop/old", 1000, "Prefix /a/ a:80"),
    ]);
    expect(hosts["x.example"]).toEqual([
      "PathPrefix /a -> shop/a (shop/old)",
      "PathPrefix /b -> other/b (other/young)",
    ]);
    expect(warnings).toEqual(["Ingress other/young spec.rules[0].http.paths[0] PathConflict"]);
    expect(messages[0]).toContain("Ingress shop/old");
  });

  it("go to an Ingress of known age before one without", () => {
    const ingresses = [
      claim("a/manifest", undefined, "Prefix /a a:80"),
      claim("shop/old", 1, "Prefix /a a:80"),
    ];
    expect(hostsOf(ingresses).hosts["x.example"]).toEqual(["PathPrefix /a -> shop/a (shop/old)"]);
  });

  it("at the same age go by namespace and name", () => {
    const ingresses = [
      claim("shop/b", undefined, "Prefix /a a:80"),
      claim("other/z", undefined, "Prefix /a a:80"),
    ];
    expect(hostsOf(ingresses).hosts["x.example"]).toEqual(["PathPrefix /a -> other/a (other/z)"]);
  });

  it("within an Ingress go to the first path", () => {
    const { hosts, warnings, messages } = hostsOf([
      claim("shop/web", 1, "Prefix /a a:80", "Prefix /a/ b:80"),
    ]);
    expect(hosts["x.example"]).toEqual(["PathPrefix /a -> shop/a (shop/web)"]);
    expect(warnings).toEqual(["Ingress shop/web spec.rules[0].http.paths[1] PathConflict"]);
    expect(messages[0]).toContain("before");
  });

  it("arise between Prefix and ImplementationSpecific, not between Prefix and Exact", () => {
    const { hosts, warnings } = hostsOf([
      claim("shop/web", 1, "Prefix /a a:80", "ImplementationSpecific /a b:80", "Exact /a c:80"),
    ]);
    expect(hosts["x.example"]).toEqual([
      "Exact /a -> shop/c (shop/web)",
      "PathPrefix /a -> shop/a (shop/web)",
    ]);
    expect(warnings).toEqual(["Ingress shop/web spec.rules[0].http.paths[1] PathConflict"]);
  });

  it("do not depend on whether the winner's backend exists", () => {
    const { hosts } = hostsOf([
      claim("shop/old", 1, "Prefix /a nope:80"),
      claim("shop/young", 2, "Prefix /a a:80"),
    ]);
    expect(hosts["x.example"]).toEqual(["PathPrefix /a -> 503 (shop/old)"]);
  });
});

describe("a default backend", () => {
  it("serves what its Ingress's hosts leave over", () => {
    const web = ingress("shop/web", {
      rules: [rule("x.example", "Prefix /a a:80"), rule("y.example", "Prefix / b:80"), rule("x.example")],
      defaultBackend: backend("c:80"),
    });
    expect(hostsOf([web])).toMatchObject({
      hosts: {
        "x.example": ["PathPrefix /a -> shop/a (shop/web)", "PathPrefix / -> shop/c (shop/web)"],
        "y.example": ["PathPrefix / -> shop/b (shop/web)"],
      },
      warnings: [],
    });
  });

  it("gives way to a rule for / of any Ingress, even a younger one", () => {
    const one = ingress("shop/one", {
      metadata: old,
      rules: [rule("x.example", "Prefix /a a:80")],
      defaultBackend: backend("c:80"),
    });
    const two = ingress("shop/two", { metadata: young, rules: [rule("x.example", "Prefix / d:80")] });
    expect(hostsOf([one, two])).toMatchObject({
      hosts: { "x.example": ["PathPrefix /a -> shop/a (shop/one)", "PathPrefix / -> shop/d (shop/two)"] },
      warnings: [],
    });
  });

  it("of the older Ingress serves a host that two share", () => {
    const share = (key: string, metadata: { created: number }) =>
      ingress(key, { metadata, rules: [rule("x.example")], defaultBackend: backend("a:80") });
    expect(hostsOf([share("shop/young", young), share("other/old", old)])).toMatchObject({
      hosts: { "x.example": ["PathPrefix / -> other/a (other/old)"] },
      warnings: ["Ingress shop/young spec.defaultBackend PathConflict"],
    });
  });

  it("of an Ingress without rules serves every host that nobody claims", () => {
    const all = ingress("shop/all", { defaultBackend: backend("a:80") });
    expect(hostsOf([all])).toMatchObject({
      hosts: { "*": ["PathPrefix / -> shop/a (shop/all)"] },
      warnings: [],
    });
  });

  it("of the oldest Ingress without rules wins, and the others hear of it", () => {
    const all = (key: string, metadata: { created: number }) =>
      ingress(key, { metadata, defaultBackend: backend("a:80") });
    expect(hostsOf([all("other/young", young), all("shop/old", old)])).toMatchObject({
      hosts: { "*": ["PathPrefix / -> shop/a (shop/old)"] },
      warnings: ["Ingress other/young spec.defaultBackend PathConflict"],
    });
  });

  it("stands beside rules without a host", () => {
    const all = ingress("shop/all", { defaultBackend: backend("a:80") });
    const api = ingress("shop/api", { rules: [rule(undefined, "Prefix /api b:80")] });
    expect(hostsOf([all, api]).hosts).toEqual({
      "*": ["PathPrefix /api -> shop/b (shop/api)", "PathPrefix / -> shop/a (shop/all)"],
    });
  });

  it("that is missing answers 503, and says so once", () => {
    const web = ingress("shop/web", {
      rules: [rule("x.example"), rule("y.example")],
      defaultBackend: backend("nope:80"),
    });
    expect(hostsOf([web])).toMatchObject({
      hosts: {
        "x.example": ["PathPrefix / -> 503 (shop/web)"],
        "y.example": ["PathPrefix / -> 503 (shop/web)"],
      },
      warnings: ["Ingress shop/web spec.defaultBackend.service.name ServiceNotFound"],
    });
  });
});

describe("a rule without paths", () => {
  it("makes its host exist without routes, whatever the default host serves", () => {
    const bare = ingress("shop/bare", { rules: [rule("x.example")] });
    const all = ingress("shop/all", { defaultBackend: backend("a:80") });
    expect(hostsOf([bare, all]).hosts).toEqual({
      "x.example": [],
      "*": ["PathPrefix / -> shop/a (shop/all)"],
    });
  });
});

it("an Ingress with neither rules nor default backend claims nothing", () => {
  expect(hostsOf([ingress("shop/empty")])).toEqual({ hosts: {}, warnings: [], messages: [] });
});

describe("an alias", () => {
  const alias = (key: string, created: number, aliases: string, ...rules: ReturnType<typeof rule>[]) => {
    const annotations = { "nginx.ingress.kubernetes.io/server-alias": aliases };
    return ingress(key, { metadata: { created, annotations }, rules });
  };
  const named = alias("shop/named", 2000, "y.test", rule("x.test", "Prefix /b b:80"));

  it("has all that any Ingress serves under its host", () => {
    const { hosts, warnings } = hostsOf([
      ingress("other/older", { metadata: old, rules: [rule("x.test", "Prefix /a a:80", "Prefix /b a:80")] }),
      named,
      ingress("shop/catch-all", {
        defaultBackend: backend("d:80"),
        rules: [rule("x.test", "Prefix /c c:80")],
      }),
    ]);
    expect(hosts["y.test"]).toEqual([
      "PathPrefix /a -> other/a (other/older)",
      "PathPrefix /b -> other/a (other/older)",
      "PathPrefix /c -> shop/c (shop/catch-all)",
      "PathPrefix / -> shop/d (shop/catch-all)",
    ]);
    expect(hosts["y.test"]).toEqual(hosts["x.test"]);
    expect(warnings).toEqual(["Ingress shop/named spec.rules[0].http.paths[0] PathConflict"]);
  });

  it("is no alias where a rule names it", () => {
    const { hosts } = hostsOf([named, ingress("shop/other", { rules: [rule("y.test", "Prefix /c c:80")] })]);
    expect(hosts["y.test"]).toEqual(["PathPrefix /c -> shop/c (shop/other)"]);
  });

  it("is that of one host: the first, and the oldest Ingress's", () => {
    const { hosts, warnings, messages } = hostsOf([
      named,
      alias("shop/first", 1000, "y.test", rule("z.test", "Prefix /c c:80"), rule("x.test", "Prefix /d d:80")),
    ]);
    expect(hosts["y.test"]).toEqual(["PathPrefix /c -> shop/c (shop/first)"]);
    expect(warnings).toEqual([
      "Ingress shop/named metadata.annotations[nginx.ingress.kubernetes.io/server-alias] PathConflict",
    ]);
    expect(messages[0]).toContain("y.test is an alias of host z.test already, by Ingress shop/first");
  });

  it("of a host whose paths are expressions has expressions", () => {
    const annotations = { "nginx.ingress.kubernetes.io/use-regex": "true" };
    const regex = ingress("shop/regex", {
      metadata: { annotations },
      rules: [rule("x.test", "Prefix /[a-c] a:80")],
    });
    expect(hostsOf([named, regex]).hosts["y.test"]).toEqual([
      "RegularExpression /[a-c] -> shop/a (shop/regex)",
      "RegularExpression /b -> shop/b (shop/named)",
    ]);
  });
});
