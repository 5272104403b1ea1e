import { describe, expect, test } from "vitest";
import { metadata, problems, read } from "./reading.ts";

const VERSIONS = ["networking.k8s.io/v1beta1", "extensions/v1beta1"];

describe.each(VERSIONS)("%s", (version) => {
  const ingress = (spec: string) =>
    `{apiVersion: ${version}, kind: Ingress, metadata: {name: web}, spec: ${spec}}`;

  test("is turned into the form of v1", () => {
    const object = read(`
apiVersion: ${version}
kind: Ingress
metadata: {name: web}
spec:
  backend: {serviceName: fallback, servicePort: 8080}
  rules:
    - host: shop.example
      http:
        paths:
          - {path: /cart, backend: {serviceName: cart, servicePort: http}}
          - {path: /exact, pathType: Exact, backend: {serviceName: cart, servicePort: 80}}
          - backend: {serviceName: web, servicePort: 80}
          - {path: /files, backend: {resource: {kind: Bucket, name: files}}}
  tls: [{hosts: [shop.example], secretName: shop-tls}]
`);
    expect(object).toStrictEqual({
      metadata: metadata("web"),
      ingressClassName: undefined,
      defaultBackend: { service: { name: "fallback", port: { number: 8080 } } },
      tls: [{ hosts: ["shop.example"], secretName: "shop-tls" }],
      rules: [
        {
          host: "shop.example",
          paths: [
            {
              path: "/cart",
              pathType: "ImplementationSpecific",
              backend: { service: { name: "cart", port: { name: "http" } } },
            },
            {
              path: "/exact",
              pathType: "Exact",
              backend: { service: { name: "cart", port: { number: 80 } } },
            },
            {
              path: "/",
              pathType: "ImplementationSpecific",
              backend: { service: { name: "web", port: { number: 80 } } },
            },
            { path: "/files", pathType: "ImplementationSpecific", backend: { service: undefined } },
          ],
        },
      ],
    });
  });

  test.each([
    ["neither rules nor backend", "{}", "spec: must have `rules` or `backend`"],
    ["the default backend of v1", "{defaultBackend: {service: {name: a}}}", "spec: must have"],
    ["no service", "{backend: {}}", "spec.backend: has neither `serviceName` nor `resource`"],
    [
      "service and resource",
      "{backend: {serviceName: a, servicePort: 1, resource: {kind: A, name: b}}}",
      "spec.backend: has both `serviceName` and `resource`",
    ],
    ["no port", "{backend: {serviceName: a}}", "spec.backend.servicePort: is required"],
    [
      "port 0",
      "{backend: {serviceName: a, servicePort: 0}}",
      "spec.backend.servicePort: 0 is not a port number",
    ],
    [
      "a number in quotes",
      '{backend: {serviceName: a, servicePort: "80"}}',
      'servicePort: "80" is not a port name',
    ],
    [
      "a port of another type",
      "{backend: {serviceName: a, servicePort: [80]}}",
      "servicePort: must be a port's",
    ],
    [
      "an Exact path without a slash",
      "{rules: [{http: {paths: [{pathType: Exact, backend: {serviceName: a, servicePort: 1}}]}}]}",
      "spec.rules[0].http.paths[0].path: must be an absolute path",
    ],
  ])("refuses %s", (_, spec, problem) => {
    const [first] = problems(ingress(spec));
    expect(first).toContain(problem);
  });
});
