import { describe, expect, it, test } from "vitest";
import { check, type CheckOptions } from "../../../sync-agent/check/check.ts";
import { reportText, summaryText } from "../../../sync-agent/check/text.ts";
import type { Ingress } from "../../../sync-agent/cluster/state.ts";
import { NOW, sealer } from "../compile/support/options.ts";
import {
  clusterState,
  ingress,
  ingressClass,
  type Objects,
  path,
  service,
} from "../compile/support/objects.ts";

const OPTIONS: CheckOptions = {
  adoptedClasses: undefined,
  ingressClasses: undefined,
  clusterDomain: "cluster.local",
  controllerConfig: "ingress-nginx/controller",
  systemHost: undefined,
  now: NOW,
  sealer,
};

function web(key: string, annotations: Record<string, string> = {}, more: Partial<Ingress> = {}): Ingress {
  const prefixed = Object.entries(annotations).map(([name, value]) => [
    name.includes("/") ? name : `nginx.ingress.kubernetes.io/${name}`,
    value,
  ]);
  return ingress(key, {
    ingressClassName: "nginx",
    rules: [{ host: `${key.replace("/", "-")}.test`, paths: [path("Prefix /x web:http")] }],
    ...more,
    metadata: { annotations: Object.fromEntries(prefixed) as Record<string, string> },
  });
}

const checked = (objects: Objects, options: Partial<CheckOptions> = {}) =>
  check({ state: clusterState(objects), warnings: [] }, { ...OPTIONS, ...options });

async function verdictOf(annotations: Record<string, string>, more: Objects = {}): Promise<string> {
  const { ingresses } = await checked({ Ingress: [web("shop/web", annotations)], ...more });
  const [report] = ingresses;
  if (report === undefined) throw new Error("no report");
  const short = (name: string) => name.replace(/^.*\//, "").replace(/\]$/, "");
  return [
    report.verdict,
    ...report.annotations.map((name) => `served ${short(name)}`),
    ...report.approximated.map(({ annotation }) => `approximated ${short(annotation)}`),
    ...report.notes.map(({ field }) => `note ${short(field)}`),
    ...report.refused.map(({ field }) => `refused ${short(field)}`),
  ].join(", ");
}

describe("an Ingress", () => {
  test.each<[string, Record<string, string>, string]>([
    ["without annotations", {}, "served"],
    ["with one that is served in full", { "app-root": "/x" }, "served, served app-root"],
    ["with one that differs", { affinity: "cookie" }, "notes, approximated affinity"],
    [
      "with one that differs only for other values",
      { "proxy-body-size": "8m" },
      "served, served proxy-body-size",
    ],
    ["with such a value", { "proxy-body-size": "1g" }, "notes, approximated proxy-body-size"],
    ["with one that has no effect", { "proxy-buffering": "on" }, "notes, note proxy-buffering"],
    ["with one that is none", { "rewrite-targt": "/" }, "notes, note rewrite-targt"],
    ["with a value that is ignored", { "app-root": "x" }, "notes, note app-root"],
    ["with one that is refused", { "server-snippet": "x" }, "change, refused server-snippet"],
    [
      "with one that is refused beside others",
      { "app-root": "/x", "auth-tls-secret": "x" },
      "change, served app-root, refused auth-tls-secret",
    ],
    ["of another's annotations", { "example.com/x": "y" }, "served"],
  ])("%s", async (_, annotations, expected) => {
    expect(await verdictOf(annotations)).toBe(expected);
  });

  it("with a path that cannot be run needs a change", async () => {
    const rules = [{ host: "x.test", paths: [path("ImplementationSpecific /(a web:80")] }];
    const { ingresses } = await checked({ Ingress: [web("shop/web", { "use-regex": "true" }, { rules })] });
    expect(ingresses[0]?.refused.map(({ field }) => field)).toEqual(["spec.rules[0].http.paths[0].path"]);
  });
});

describe("what the input holds nothing of", () => {
  test.each<[string, Record<string, string>]>([
    ["Secrets with users", { "auth-type": "basic", "auth-secret": "users" }],
    [
      "Secrets with a map of users",
      { "auth-type": "basic", "auth-secret": "users", "auth-secret-type": "auth-map" },
    ],
    ["Services of URLs", { "auth-url": "http://auth.shop.svc.cluster.local:9000/check" }],
    ["Services of short URLs", { "auth-url": "http://auth.shop:9000/check" }],
    ["Services of mirrors", { "mirror-target": "http://copy.other.svc.cluster.local$request_uri" }],
    ["default backends", { "default-backend": "pages", "custom-http-errors": "404" }],
    ["ConfigMaps", { "custom-headers": "shop/headers" }],
    [
      "ConfigMaps of an authentication",
      { "auth-url": "https://auth.example.com/", "auth-proxy-set-headers": "shop/headers" },
    ],
  ])("%s is not held against an Ingress", async (_, annotations) => {
    expect(await verdictOf(annotations)).not.toMatch(/refused|note /);
  });

  it("is, where there are others of its kind", async () => {
    const Service = [service("shop/other")];
    expect(await verdictOf({}, { Service })).toBe(
      "change, refused spec.rules[0].http.paths[0].backend.service.name",
    );
  });

  it("nor are certificates", async () => {
    const tls = [{ hosts: ["shop-web.test"], secretName: "shop-tls" }];
    const { ingresses } = await checked({ Ingress: [web("shop/web", {}, { tls })] });
    expect(ingresses[0]?.verdict).toBe("served");
  });
});

describe("which Ingresses are checked", () => {
  const Ingress = [
    web("shop/nginx"),
    web("shop/traefik", {}, { ingressClassName: "traefik" }),
    web("shop/none", {}, { ingressClassName: undefined }),
    web("shop/own", {}, { ingressClassName: "lintel" }),
  ];
  const IngressClass = [ingressClass("traefik", "traefik.io/ingress-controller", true)];
  test.each<[string, Partial<CheckOptions>, string[]]>([
    ["all, unless it is said", {}, ["shop/nginx", "shop/none", "shop/own", "shop/traefik"]],
    ["those of a class", { ingressClasses: ["traefik"] }, ["shop/traefik"]],
    ["those that an agent would serve", { adoptedClasses: ["nginx"] }, ["shop/nginx", "shop/own"]],
    ["both together", { adoptedClasses: ["nginx"], ingressClasses: ["nginx"] }, ["shop/nginx"]],
  ])("%s", async (_, options, expected) => {
    const { ingresses, summary } = await checked({ Ingress, IngressClass }, options);
    expect(ingresses.map(({ ingress }) => ingress)).toEqual(expected);
    expect(summary.ingresses).toBe(expected.length);
  });

  it("as they are written, whatever class is assumed", async () => {
    const { ingresses } = await checked({ Ingress, IngressClass });
    expect(ingresses.map((report) => report.class)).toEqual(["nginx", undefined, "lintel", "traefik"]);
  });
});

it("counts an Ingress that cannot be read, and tells of files", async () => {
  const problem = { field: "spec", message: "is wrong.", remedy: "Correct it." };
  const report = await check(
    {
      state: clusterState({ Ingress: [web("shop/web")] }),
      warnings: [
        { object: "Ingress shop/bad", reason: "ObjectInvalid", ...problem },
        { object: "/x.yaml", reason: "ManifestUnreadable", ...problem },
      ],
    },
    OPTIONS,
  );
  expect(report.summary).toEqual({ ingresses: 2, served: 1, notes: 0, change: 1 });
  expect(report.others.map(({ object }) => object)).toEqual(["/x.yaml"]);
});

describe("for people", () => {
  it("an Ingress is a paragraph, and differences are told once", async () => {
    const report = await checked({
      Ingress: [
        web("shop/a", { affinity: "cookie", "app-root": "/x" }),
        web("shop/b", { affinity: "cookie" }),
        web("shop/c", { "server-snippet": "x" }),
        web("shop/d"),
      ],
    });
    const text = reportText(report);
    expect(text).toContain(
      "Ingress shop/a (class nginx, 1 host, 1 path): served, with notes\n  served: app-root\n  approximated: affinity\n",
    );
    expect(text).toContain(
      "Ingress shop/c (class nginx, 1 host, 1 path): needs a change\n  refused: server-snippet\n",
    );
    expect(text).toContain("Ingress shop/d (class nginx, 1 host, 1 path): served as it is\n");
    expect(text.match(/affinity \(2 Ingresses\)/g)).toHaveLength(1);
    expect(text.trimEnd().split("\n").at(-1)).toBe(summaryText(report));
    expect(summaryText(report)).toBe("4 Ingresses: 1 served as it is, 2 with notes, 1 needs a change");
  });

  test.each([
    [
      { ingresses: 187, served: 181, notes: 4, change: 2 },
      "187 Ingresses: 181 served as they are, 4 with notes, 2 need a change",
    ],
    [
      { ingresses: 1, served: 1, notes: 0, change: 0 },
      "1 Ingress: 1 served as it is, 0 with notes, 0 need a change",
    ],
  ])("%j", (summary, expected) => {
    expect(summaryText({ ingresses: [], corefiles: [], others: [], summary })).toBe(expected);
  });
});
