/**
 * The scenarios of the Ingress conformance suite of Kubernetes SIG Network (default backend, host rules, ingress
 * class, load balancing, path rules), told anew against `lintel up`.
 */
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { selfSigned, type Issued } from "./support/certificates.ts";
import { get, getTls, withHttp2 } from "./support/client.ts";
import { ingress, service, tlsSecret } from "./support/objects.ts";
import { Pod } from "./support/pods.ts";
import { up, type Up } from "./support/lintel.ts";

let lintel: Up;
let pods: Pod[];
let certificate: Issued;

const podOf = async (host: string, path: string) => {
  const { status, json } = await get(lintel.http, host, path);
  return status === 200 ? json().pod : status;
};

beforeAll(async () => {
  const names = [
    "fallback",
    "web",
    "wildcard",
    "exact-foo",
    "prefix-foo",
    "prefix-aaa-bbb",
    "prefix-aaa",
    "root",
  ];
  pods = await Promise.all(
    [...names, ...Array.from({ length: 10 }, (_, i) => `balanced-${i}`)].map((n) => Pod.start(n)),
  );
  certificate = await selfSigned(["foo.bar.com"]);
  const ports = (prefix: string) =>
    pods.filter(({ name }) => name.startsWith(prefix)).map(({ port }) => port);
  lintel = await up({
    "default-backend.json": [ingress("default-backend", { defaultBackend: "fallback" })],
    "host-rules.json": [
      ingress("host-rules", {
        tls: [{ hosts: ["foo.bar.com"], secretName: "conformance-tls" }],
        rules: [
          { host: "*.foo.com", paths: [{ path: "/", service: "wildcard" }] },
          { host: "foo.bar.com", paths: [{ path: "/", service: "web" }] },
        ],
      }),
      tlsSecret("conformance-tls", certificate),
    ],
    "class.json": [
      ingress("foreign", {
        className: "another",
        rules: [{ host: "foreign.test", paths: [{ path: "/", service: "web" }] }],
      }),
      ingress("adopted", {
        className: "nginx",
        rules: [{ host: "adopted.test", paths: [{ path: "/", service: "web" }] }],
      }),
    ],
    "path-rules.json": [
      ingress("path-rules", {
        rules: [
          { host: "exact", paths: [{ path: "/foo", pathType: "Exact", service: "exact-foo" }] },
          {
            host: "prefix",
            paths: [
              { path: "/foo", service: "prefix-foo" },
              { path: "/aaa/bbb", service: "prefix-aaa-bbb" },
              { path: "/aaa", service: "prefix-aaa" },
            ],
          },
          {
            host: "mixed",
            paths: [
              { path: "/foo", service: "prefix-foo" },
              { path: "/foo", pathType: "Exact", service: "exact-foo" },
            ],
          },
          { host: "slash", paths: [{ path: "/aaa/bbb/", service: "prefix-aaa-bbb" }] },
          {
            host: "implementation",
            paths: [{ path: "/aaa", pathType: "ImplementationSpecific", service: "prefix-aaa" }],
          },
        ].map(({ host, paths }) => ({ host: `${host}.path.test`, paths })) as never,
      }),
    ],
    "balancing.json": [
      ingress("balancing", {
        rules: [{ host: "balanced.test", paths: [{ path: "/", service: "balanced", port: "http" }] }],
      }),
      ...service("balanced", ports("balanced-")),
    ],
    "services.json": names.flatMap((name) =>
      service(
        name,
        pods.filter((pod) => pod.name === name).map(({ port }) => port),
      ),
    ),
  });
});

afterAll(async () => {
  await lintel.close();
  await Promise.all(pods.map((pod) => pod.close()));
});

describe("default backend", () => {
  test.each([
    ["unknown.test", "/"],
    ["unknown.test", "/any/path?query"],
    ["127.0.0.1", "/"],
  ])("serves what no rule matches: %s%s", async (host, path) => {
    expect(await podOf(host, path)).toBe("fallback");
  });

  it("serves nothing of a host that has rules of its own", async () => {
    expect(await podOf("exact.path.test", "/elsewhere")).toBe(404);
  });
});

describe("host rules", () => {
  test.each([
    ["foo.bar.com", "web"],
    ["foo.bar.com:8080", "web"],
    ["FOO.bar.COM", "web"],
    ["bar.foo.com", "wildcard"],
    ["baz.bar.foo.com", "fallback"],
    ["foo.com", "fallback"],
    ["subdomain.foo.bar.com", "fallback"],
  ])("%s is served by %s", async (host, pod) => {
    expect(await podOf(host, "/")).toBe(pod);
  });

  it("presents the host's certificate, and tells the pod how the client came", async () => {
    const answer = await getTls(lintel.https, "foo.bar.com", "/x", { ca: certificate.cert });
    expect(answer.json()).toMatchObject({
      pod: "web",
      headers: {
        host: `foo.bar.com:${lintel.https}`,
        "x-forwarded-proto": "https",
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-port": String(lintel.https),
      },
    });
  });

  it("serves a browser's HTTP/2", async () => {
    const answers = await withHttp2(lintel.https, "foo.bar.com", certificate.cert, (request) =>
      Promise.all(
        Array.from({ length: 20 }, (_, i) => request(`/${i}`, { method: "POST", body: `body ${i}` })),
      ),
    );
    expect(answers.map((answer) => answer.json().body)).toEqual(
      Array.from({ length: 20 }, (_, i) => `body ${i}`),
    );
  });
});

describe("ingress class", () => {
  it("leaves another controller's Ingresses alone", async () => {
    expect(await podOf("foreign.test", "/")).toBe("fallback");
  });
  it("serves those of an adopted class", async () => {
    expect(await podOf("adopted.test", "/")).toBe("web");
  });
});

describe("load balancing", () => {
  it("reaches 10 of 10 pods with 100 requests, evenly", async () => {
    const counts = new Map<string | number, number>();
    for (let i = 0; i < 100; i++) {
      const pod = await podOf("balanced.test", "/");
      counts.set(pod, (counts.get(pod) ?? 0) + 1);
    }
    expect(counts.size).toBe(10);
    expect(new Set(counts.values())).toEqual(new Set([10]));
  });
});

describe("path rules", () => {
  test.each([
    ["exact", "/foo", "exact-foo"],
    ["exact", "/foo/", 404],
    ["exact", "/FOO", 404],
    ["exact", "/bar", 404],
    ["prefix", "/foo", "prefix-foo"],
    ["prefix", "/foo/", "prefix-foo"],
    ["prefix", "/foo/bar", "prefix-foo"],
    ["prefix", "/foobar", 404],
    ["prefix", "/FOO", 404],
    ["prefix", "/aaa/bbb", "prefix-aaa-bbb"],
    ["prefix", "/aaa/bbb/ccc", "prefix-aaa-bbb"],
    ["prefix", "/aaa/bbbccc", "prefix-aaa"],
    ["prefix", "/aaa", "prefix-aaa"],
    ["mixed", "/foo", "exact-foo"],
    ["mixed", "/foo/bar", "prefix-foo"],
    ["slash", "/aaa/bbb", "prefix-aaa-bbb"],
    ["slash", "/aaa/bbb/", "prefix-aaa-bbb"],
    ["slash", "/aaa/bbb/ccc", "prefix-aaa-bbb"],
    ["slash", "/aaa/bb", 404],
    ["implementation", "/aaa/x", "prefix-aaa"],
  ])("%s: %s is %s", async (host, path, expected) => {
    expect(await podOf(`${host}.path.test`, path)).toBe(expected);
  });

  it("reaches the same rule by whatever spelling of the path, which the pod sees as it was sent", async () => {
    for (const path of ["/aaa//bbb", "/%61aa/bbb", "/x/..%2faaa/bbb", "/aaa%2fbbb"]) {
      const { json } = await get(lintel.http, "prefix.path.test", path);
      expect(json()).toMatchObject({ pod: "prefix-aaa-bbb", url: path });
    }
    expect((await get(lintel.http, "prefix.path.test", "/aaa/..%2f..%2f")).status).toBe(400);
  });
});
