import { describe, expect, test } from "vitest";
import { metadata, problems, read } from "./reading.ts";

const header = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\n";

test("an Ingress with everything that is read", () => {
  const object = read(`
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  namespace: shop
  annotations: {nginx.ingress.kubernetes.io/app-root: /home}
  labels: {team: shop}
  creationTimestamp: "2026-01-31T12:00:00Z"
  uid: 0f2a2c4e-0000-4000-8000-000000000001
spec:
  ingressClassName: lintel
  defaultBackend: {service: {name: fallback, port: {number: 8080}}}
  tls:
    - {hosts: [shop.example, "*.shop.example"], secretName: shop-tls}
    - {}
  rules:
    - host: shop.example
      http:
        paths:
          - {path: /cart, pathType: Exact, backend: {service: {name: cart, port: {name: http}}}}
          - {path: /, pathType: Prefix, backend: {resource: {apiGroup: x.example, kind: Bucket, name: files}}}
    - host: "*.shop.example"
      http: {paths: [{pathType: ImplementationSpecific, backend: {service: {name: web, port: {number: 80}}}}]}
    - {host: bare.example}
    - {}
status: {loadBalancer: {ingress: [{hostname: edge.example, ports: []}, {ip: 192.0.2.7}]}}
`);
  expect(object).toStrictEqual({
    metadata: {
      name: "web",
      namespace: "shop",
      annotations: { "nginx.ingress.kubernetes.io/app-root": "/home" },
      labels: { team: "shop" },
      created: Date.UTC(2026, 0, 31, 12),
      uid: "0f2a2c4e-0000-4000-8000-000000000001",
    },
    ingressClassName: "lintel",
    defaultBackend: { service: { name: "fallback", port: { number: 8080 } } },
    tls: [
      { hosts: ["shop.example", "*.shop.example"], secretName: "shop-tls" },
      { hosts: [], secretName: undefined },
    ],
    rules: [
      {
        host: "shop.example",
        paths: [
          {
            path: "/cart",
            pathType: "Exact",
            backend: { service: { name: "cart", port: { name: "http" } } },
          },
          { path: "/", pathType: "Prefix", backend: { service: undefined } },
        ],
      },
      {
        host: "*.shop.example",
        paths: [
          {
            path: "/",
            pathType: "ImplementationSpecific",
            backend: { service: { name: "web", port: { number: 80 } } },
          },
        ],
      },
      { host: "bare.example", paths: [] },
      { host: undefined, paths: [] },
    ],
    loadBalancer: [{ hostname: "edge.example" }, { ip: "192.0.2.7" }],
  });
});

describe("where clients reach it", () => {
  test.each([
    "status: {}",
    "status: null",
    "status: {loadBalancer: {}}",
    "status: {loadBalancer: {ingress: []}}",
  ])("%s says nothing", (status) => {
    expect(read(`${header}spec: {rules: [{}]}\n${status}`)).not.toHaveProperty("loadBalancer");
  });
});

test.each(["{name: web}", '{name: web, uid: ""}', "{name: web, uid: null}"])(
  "%s has no uid, as objects that never were in a cluster",
  (metadata) => {
    const object = read(
      `{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: ${metadata}, spec: {rules: [{}]}}`,
    );
    expect(object).toHaveProperty("metadata");
    expect(object).not.toHaveProperty("metadata.uid");
  },
);

test("null and empty fields count as absent", () => {
  const object = read(`
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: null, annotations: null, labels: {a: null}, creationTimestamp: null}
spec:
  ingressClassName: ""
  tls: null
  defaultBackend: null
  rules: [{host: "", http: null}]
`);
  expect(object).toStrictEqual({
    metadata: { ...metadata("web"), labels: { a: "" } },
    ingressClassName: undefined,
    defaultBackend: undefined,
    tls: [],
    rules: [{ host: undefined, paths: [] }],
  });
});

describe("hosts", () => {
  test.each([
    ["Shop.example", /not a DNS name in lower case/],
    ["shop_a.example", /not a DNS name/],
    ["shop.example.", /not a DNS name/],
    ["shop.example:80", /not a DNS name/],
    ["*", /not a wildcard/],
    ["*.*.example", /not a wildcard/],
    ["a.*.example", /not a wildcard/],
    ["*example", /not a wildcard/],
    ["10.0.0.1", /is an IP address/],
    ["::1", /is an IP address/],
    [`${"a".repeat(250)}.example`, /not a DNS name/],
  ])("%s is refused", (host, message) => {
    const [problem, ...more] = problems(`${header}spec: {rules: [{}, {host: "${host}"}]}`);
    expect(problem).toMatch(/^spec\.rules\[1\]\.host: /);
    expect(problem).toMatch(message);
    expect(more).toEqual([]);
  });

  test.each(["a", "a.example", "1.example", "*.a.example", "xn--bcher-kva.example"])(
    "%s is taken",
    (host) => {
      expect(problems(`${header}spec: {rules: [{host: "${host}"}]}`)).toEqual([]);
    },
  );
});

describe("paths", () => {
  const problemsOf = (path: string, type: string) =>
    problems(
      `${header}spec: {rules: [{http: {paths: [{path: "${path}", pathType: ${type}, backend: {service: {name: a, port: {number: 80}}}}]}}]}`,
    );

  test.each([
    ["cart", "must be an absolute path"],
    ["", "must be an absolute path"],
    ["/a//b", 'must not contain "//"'],
    ["/a/./b", 'must not contain "/./"'],
    ["/a/../b", 'must not contain "/../"'],
    ["/a%2fb", 'must not contain "%2f"'],
    ["/a%2Fb", 'must not contain "%2F"'],
    ["/a/..", 'must not end in "/.."'],
    ["/a/.", 'must not end in "/."'],
  ])("%j is refused of type Exact and Prefix", (path, message) => {
    for (const type of ["Exact", "Prefix"]) {
      const [problem] = problemsOf(path, type);
      expect(problem).toContain(`spec.rules[0].http.paths[0].path: ${message}`);
    }
  });

  test.each(["", "/", "/a//b", "/a/..", "/a%2fb", "/(.*)"])(
    "%j is taken as ImplementationSpecific",
    (path) => {
      expect(problemsOf(path, "ImplementationSpecific")).toEqual([]);
    },
  );

  test("a relative one is refused as ImplementationSpecific too", () => {
    expect(problemsOf("cart", "ImplementationSpecific")).toHaveLength(1);
  });

  test.each(["/", "/a/", "/a.b/..c", "/%2e"])("%j is taken as Exact and Prefix", (path) => {
    for (const type of ["Exact", "Prefix"]) expect(problemsOf(path, type)).toEqual([]);
  });
});

describe("what the API refuses, by field", () => {
  const rule = (path: string) => `{rules: [{http: {paths: [${path}]}}]}`;
  const backend = (text: string) => `{defaultBackend: ${text}}`;
  test.each([
    ["no spec", "null", "spec: must have `rules` or `defaultBackend`"],
    ["neither rules nor default backend", "{tls: []}", "spec: must have `rules` or `defaultBackend`"],
    [
      "the default backend of older versions",
      "{backend: {serviceName: a, servicePort: 80}}",
      "spec: must have",
    ],
    ["http without paths", "{rules: [{http: {}}]}", "spec.rules[0].http.paths: is required"],
    ["no path type", rule("{path: /, backend: {}}"), "spec.rules[0].http.paths[0].pathType: is required"],
    [
      "an unknown path type",
      rule("{path: /, pathType: Regex, backend: {}}"),
      "spec.rules[0].http.paths[0].pathType: must be one of Exact, Prefix, ImplementationSpecific",
    ],
    [
      "no backend",
      rule("{path: /, pathType: Prefix}"),
      "spec.rules[0].http.paths[0].backend: has neither `service` nor `resource`",
    ],
    [
      "service and resource",
      backend("{service: {name: a, port: {number: 1}}, resource: {kind: A, name: b}}"),
      "spec.defaultBackend: has both `service` and `resource`",
    ],
    [
      "no service name",
      backend("{service: {port: {number: 80}}}"),
      "spec.defaultBackend.service.name: is required",
    ],
    ["no port", backend("{service: {name: a}}"), "spec.defaultBackend.service.port: must have a `name` or a"],
    [
      "port name and number",
      backend("{service: {name: a, port: {name: b, number: 80}}}"),
      "spec.defaultBackend.service.port: has both",
    ],
    [
      "port 65536",
      backend("{service: {name: a, port: {number: 65536}}}"),
      "spec.defaultBackend.service.port.number: 65536 is not a port number",
    ],
    [
      "port -1",
      backend("{service: {name: a, port: {number: -1}}}"),
      "spec.defaultBackend.service.port.number: -1 is not a port number",
    ],
    ["port 0, which is none", backend("{service: {name: a, port: {number: 0}}}"), "port: must have a `name`"],
    [
      "a port name too long",
      backend("{service: {name: a, port: {name: abcdefghijklmnop}}}"),
      "spec.defaultBackend.service.port.name: ",
    ],
    [
      "a port name of digits",
      backend('{service: {name: a, port: {name: "80"}}}'),
      "spec.defaultBackend.service.port.name: ",
    ],
    ["a TLS host", '{rules: [{}], tls: [{hosts: ["A.example"]}]}', "spec.tls[0].hosts[0]: "],
    ["a secret name", '{rules: [{}], tls: [{secretName: "a/b"}]}', "spec.tls[0].secretName: "],
    ["a class name", "{rules: [{}], ingressClassName: A}", "spec.ingressClassName: "],
    ["rules that are a map", "{rules: {host: a}}", "spec.rules: must be a list"],
  ])("%s", (_, spec, problem) => {
    const [first] = problems(`${header}spec: ${spec}`);
    expect(first).toContain(problem);
  });
});

test("an annotation that is not text is refused with the remedy", () => {
  const text = `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, annotations: {nginx.ingress.kubernetes.io/canary-weight: 20}}
spec: {rules: [{}]}`;
  expect(problems(text)).toEqual([
    "metadata.annotations[nginx.ingress.kubernetes.io/canary-weight]: must be a string, not a number: put it in quotes",
  ]);
});
