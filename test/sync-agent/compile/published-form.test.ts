/** What an Ingress with a bad annotation is served as, where the agent remembers nothing of it. */
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { ClusterState, Ingress } from "../../../sync-agent/cluster/state.ts";
import { compile, type CompileOptions } from "../../../sync-agent/compile/compile.ts";
import { clusterStates } from "./support/arbitraries.ts";
import { clusterState, ingress, path, secret, service } from "./support/objects.ts";
import { OPTIONS } from "./support/options.ts";

const NGINX = "nginx.ingress.kubernetes.io/";
/** What asks for the last good form. */
const BAD = { "limit-rps": "many" };

const prefixed = (annotations: Record<string, string>) =>
  Object.fromEntries(Object.entries(annotations).map(([key, value]) => [NGINX + key, value]));

interface Spec {
  readonly annotations?: Record<string, string>;
  readonly hosts?: Record<string, readonly string[]>;
  readonly fallback?: string;
  readonly created?: number;
}

function web(name: string, { annotations = {}, hosts = {}, fallback, created }: Spec): Ingress {
  return ingress(`shop/${name}`, {
    metadata: { annotations: prefixed(annotations), created },
    defaultBackend:
      fallback === undefined ? undefined : { service: { name: fallback, port: { number: 80 } } },
    rules: Object.entries(hosts).map(([host, paths]) => ({ host, paths: paths.map(path) })),
  });
}

const NAMES = ["a", "b"];

async function compiled(
  ingresses: readonly Ingress[],
  options: Partial<CompileOptions> = {},
  names: readonly string[] = NAMES,
) {
  const state = clusterState({
    Ingress: ingresses,
    Service: names.map((name) => service(`shop/${name}`)),
    Secret: [secret("shop/users", { auth: "ann:$apr1$x$y" }, "Opaque")],
  });
  return compile(state, { ...OPTIONS, ...options });
}

async function publishedOf(...ingresses: readonly Ingress[]) {
  return (await compiled(ingresses)).records.hosts;
}

/** `host type path service` with what is said of it besides. */
function routesOf({ records }: Awaited<ReturnType<typeof compiled>>): string[] {
  return [...records.hosts].flatMap(([host, { routes }]) =>
    routes.length === 0
      ? [`${host} nothing`]
      : routes.map(({ match: { path }, backends, ingress, filters }) =>
          [
            host,
            path.type,
            path.value,
            backends.map((it) => it.service).join() || "503",
            ingress,
            ...Object.keys(filters ?? {}),
          ].join(" "),
        ),
  );
}

const GOOD = web("web", { hosts: { "x.test": ["Prefix /a a:80"] } });
const BROKEN = web("web", { annotations: BAD, hosts: { "x.test": ["Prefix /a a:80", "Prefix /b b:80"] } });

describe("an Ingress that asks for its last good form", () => {
  it("is lacking when neither memory nor what is published was given", async () => {
    const result = await compiled([BROKEN, web("other", { hosts: { "y.test": ["Prefix / a:80"] } })]);
    expect(result.lacking).toEqual(["shop/web"]);
    expect(routesOf(result)).toContain("x.test PathPrefix /a shop/a shop/web closed");
  });

  it("has the routes that were published, and keeps them without another look", async () => {
    const published = await publishedOf(GOOD);
    const found = await compiled([BROKEN], { published });
    expect(routesOf(found)).toEqual(["x.test PathPrefix /a shop/a shop/web"]);
    expect(found.lacking).toEqual([]);
    expect(found.warnings).toMatchObject([{ object: "Ingress shop/web", reason: "AnnotationRefused" }]);
    const next = await compiled([BROKEN], { lastGood: found.lastGood });
    expect(next.records.hosts).toEqual(published);
    expect(next.lacking).toEqual([]);
    const mended = await compiled([{ ...BROKEN, metadata: GOOD.metadata }], { lastGood: next.lastGood });
    expect(routesOf(mended)).toHaveLength(2);
  });

  it("prefers what the agent remembers", async () => {
    const remembered = web("web", { hosts: { "x.test": ["Prefix /new b:80"] } });
    const { lastGood } = await compiled([remembered]);
    const result = await compiled([BROKEN], { lastGood, published: await publishedOf(GOOD) });
    expect(routesOf(result)).toEqual(["x.test PathPrefix /new shop/b shop/web"]);
  });

  it.each<[string, Ingress]>([
    ["was never served", web("other", { hosts: { "x.test": ["Prefix /a a:80"] } })],
    ["only ever refused everybody", BROKEN],
  ])("is refused where it %s, and lacks nothing more", async (_, before) => {
    const result = await compiled([BROKEN], { published: await publishedOf(before) });
    expect(routesOf(result)).toEqual([
      "x.test PathPrefix /a shop/a shop/web closed",
      "x.test PathPrefix /b shop/b shop/web closed",
    ]);
    expect(result.lacking).toEqual([]);
  });
});

describe("an annotation that closes", () => {
  const bad: [string, Record<string, string>][] = [
    ["an allow-list that cannot be read", { "whitelist-source-range": "all" }],
    ["one that is not served", { "auth-tls-secret": "shop/ca" }],
    ["a snippet that keeps somebody out", { "server-snippet": "deny all;" }],
    ["credentials that are not there", { "auth-type": "basic", "auth-secret": "nowhere" }],
  ];

  test.each(bad)("%s: is not opened by what was served before", async (_, annotations) => {
    const closed = web("web", {
      annotations: { ...annotations, ...BAD },
      hosts: { "x.test": ["Prefix / a:80"] },
    });
    const open = web("web", { hosts: { "x.test": ["Prefix / a:80"] } });
    const { lastGood, records } = await compiled([open]);
    const unremembered = await compiled([closed]);
    expect(unremembered.lacking).toEqual([]);
    for (const given of [{ lastGood }, { published: records.hosts }]) {
      expect((await compiled([closed], given)).records.hosts).toEqual(unremembered.records.hosts);
    }
  });

  const open = web("web", { hosts: { "x.test": ["Prefix / a:80"], "y.test": ["Prefix /y a:80"] } });
  const guarded = web("web", {
    annotations: { ...BAD, "whitelist-source-range": "10.0.0.0/8" },
    hosts: { "x.test": ["Prefix /new a:80"] },
  });

  it.each(["remembered", "published"])("holds for the %s form where it can be read itself", async (which) => {
    const { lastGood, records } = await compiled([open]);
    const given = which === "remembered" ? { lastGood } : { published: records.hosts };
    const { hosts } = (await compiled([guarded], given)).records;
    expect([...hosts].map(([host, { routes }]) => [host, routes.map(({ filters }) => filters)])).toEqual([
      ["x.test", [{ access: { satisfy: "all", allow: ["10.0.0.0/8"] } }]],
      ["y.test", [{ access: { satisfy: "all", allow: ["10.0.0.0/8"] } }]],
    ]);
  });

  it("stays where the present form asks for nothing any more", async () => {
    const before = web("web", {
      annotations: { "whitelist-source-range": "10.0.0.0/8" },
      hosts: { "x.test": ["Prefix /a a:80"] },
    });
    const result = await compiled([BROKEN], { published: await publishedOf(before) });
    expect(routesOf(result)).toEqual(["x.test PathPrefix /a shop/a shop/web access"]);
  });
});

describe("published routes", () => {
  it("give way to an older Ingress, and the host to the edge", async () => {
    const published = await publishedOf(
      web("web", { created: 2, hosts: { "x.test": ["Prefix /a a:80"], "edge.test": ["Prefix / a:80"] } }),
    );
    const old = web("old", { created: 1, hosts: { "x.test": ["Prefix /a b:80"] } });
    const broken = web("web", { created: 2, annotations: BAD, hosts: { "x.test": ["Prefix /a a:80"] } });
    const result = await compiled([broken, old], { published, systemHost: "edge.test" });
    expect(routesOf(result)).toEqual(["x.test PathPrefix /a shop/b shop/old"]);
    expect(result.warnings).toContainEqual(
      expect.objectContaining({
        object: "Ingress shop/web",
        field: "spec.rules[0].http.paths[0]",
        reason: "PathConflict",
      }),
    );
  });

  it("answer 503 where their Service is gone", async () => {
    const published = await publishedOf(GOOD);
    expect(routesOf(await compiled([BROKEN], { published }, ["b"]))).toEqual([
      "x.test PathPrefix /a 503 shop/web",
    ]);
  });

  it("of a default backend leave the others their paths, new ones too", async () => {
    const spec = { hosts: { "x.test": ["Prefix /a a:80"] }, fallback: "b" };
    const published = await publishedOf(web("web", { ...spec, created: 1 }));
    const broken = web("web", { ...spec, created: 1, annotations: BAD });
    const other = web("other", { created: 2, hosts: { "x.test": ["Prefix / a:80"] } });
    expect(routesOf(await compiled([broken, other], { published }))).toEqual([
      "x.test PathPrefix /a shop/a shop/web",
      "x.test PathPrefix / shop/a shop/other",
    ]);
  });

  it("of an alias give way to a rule for the host", async () => {
    const spec = { created: 1, hosts: { "x.test": ["Prefix / a:80"] } };
    const annotations = { "server-alias": "y.test" };
    const published = await publishedOf(web("web", { ...spec, annotations }));
    const broken = web("web", { ...spec, annotations: { ...annotations, ...BAD } });
    const other = web("other", { created: 2, hosts: { "y.test": ["Prefix / b:80"] } });
    expect(routesOf(await compiled([broken, other], { published }))).toEqual([
      "x.test PathPrefix / shop/a shop/web",
      "y.test PathPrefix / shop/b shop/other",
    ]);
  });

  it("of a host with an alias of another Ingress leave that one the alias", async () => {
    const hosts = { "x.test": ["Prefix /a a:80"] };
    const named = web("named", {
      annotations: { "server-alias": "y.test" },
      hosts: { "x.test": ["Prefix /b b:80"] },
    });
    const published = await publishedOf(web("web", { hosts }), named);
    const broken = web("web", { annotations: BAD, hosts });
    expect((await compiled([broken, named], { published })).records.hosts).toEqual(published);
  });

  it("stay expressions where use-regex itself cannot be read any more", async () => {
    const hosts = { "x.test": ["ImplementationSpecific /a/[0-9]+ a:80"] };
    const published = await publishedOf(web("web", { annotations: { "use-regex": "true" }, hosts }));
    const broken = web("web", { annotations: { "use-regex": "maybe" }, hosts });
    expect((await compiled([broken], { published })).records.hosts).toEqual(published);
  });

  it("match what they did where the host's paths become expressions", async () => {
    const published = await publishedOf(
      web("web", { hosts: { "x.test": ["Exact /gone.html a:80", "Prefix /a.b a:80"] } }),
    );
    const broken = web("web", { annotations: BAD, hosts: { "x.test": ["Prefix /a.b a:80"] } });
    const other = web("other", {
      annotations: { "use-regex": "true" },
      hosts: { "x.test": ["Prefix /o b:80"] },
    });
    expect(routesOf(await compiled([broken, other], { published }))).toEqual([
      "x.test RegularExpression /gone\\.html$ shop/a shop/web",
      "x.test RegularExpression /a.b shop/a shop/web",
      "x.test RegularExpression /o shop/b shop/other",
    ]);
  });

  it("let go of a canary that is gone, and a canary of its share only with its main route", async () => {
    const hosts = { "x.test": ["Prefix / a:80"] };
    const main = web("main", { hosts });
    const canary = web("canary", {
      annotations: { canary: "true", "canary-weight": "20" },
      hosts: { "x.test": ["Prefix / b:80"] },
    });
    const broken = web("canary", {
      annotations: { canary: "true", "canary-weight": "most" },
      hosts: { "x.test": ["Prefix / b:80"] },
    });
    const published = await publishedOf(main, canary);
    expect((await compiled([main, broken], { published })).records.hosts).toEqual(published);
    expect(routesOf(await compiled([broken], { published }))).toEqual([]);
    const brokenMain = web("main", { annotations: BAD, hosts });
    expect(routesOf(await compiled([brokenMain], { published }))).toEqual([
      "x.test PathPrefix / shop/a shop/main",
    ]);
  });
});

const CHOICES: readonly Record<string, string>[] = [
  {},
  {},
  { "use-regex": "true" },
  { "rewrite-target": "/$1" },
  { "server-alias": "x.example,z.example" },
  { "from-to-www-redirect": "true" },
  { "app-root": "/app" },
  { canary: "true", "canary-weight": "10" },
  { canary: "true", "canary-by-header": "X-Canary", "limit-rpm": "9" },
  { "whitelist-source-range": "10.0.0.0/8", "ssl-redirect": "true" },
];

function annotated(
  state: ClusterState,
  annotationsOf: (index: number) => Record<string, string>,
): ClusterState {
  const ingresses = [...state.Ingress.values()].map((it, index) => ({
    ...it,
    metadata: {
      ...it.metadata,
      annotations: { ...it.metadata.annotations, ...prefixed(annotationsOf(index)) },
    },
  }));
  return {
    ...state,
    Ingress: new Map(
      [...state.Ingress.keys()]
        .map((key, i) => [key, ingresses[i]] as const)
        .flatMap(([key, it]) => (it === undefined ? [] : [[key, it] as const])),
    ),
  };
}

test("a bad annotation on any of the Ingresses changes nothing of what is published", async () => {
  const options = { ...OPTIONS, systemHost: "edge.example" };
  const choice = fc.record({ annotations: fc.constantFrom(...CHOICES), isBad: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(
      clusterStates([{}]),
      fc.array(choice, { minLength: 5, maxLength: 5 }),
      async (state, choices) => {
        const at = (index: number) => choices[index]?.annotations ?? {};
        const before = await compile(annotated(state, at), options);
        const bad = annotated(state, (index) => ({ ...at(index), ...(choices[index]?.isBad && BAD) }));
        const published = before.records.hosts;
        const after = await compile(bad, { ...options, published });
        expect(after.records.hosts).toEqual(published);
        const later = await compile(bad, { ...options, lastGood: after.lastGood });
        expect(later.records.hosts).toEqual(published);
      },
    ),
    { numRuns: 200 },
  );
});
