import { expect, test } from "vitest";
import { metadata, problems, read } from "./reading.ts";

test.each(["networking.k8s.io/v1", "networking.k8s.io/v1beta1"])("%s IngressClass", (version) => {
  const object = read(`
apiVersion: ${version}
kind: IngressClass
metadata:
  name: lintel
  namespace: ignored
  annotations: {ingressclass.kubernetes.io/is-default-class: "true"}
spec: {controller: lintel.example/ingress, parameters: {kind: A, name: b}}
`);
  expect(object).toStrictEqual({
    metadata: {
      ...metadata("lintel", ""),
      annotations: { "ingressclass.kubernetes.io/is-default-class": "true" },
    },
    controller: "lintel.example/ingress",
    isDefault: true,
  });
});

test("a class is not the default unless it says so", () => {
  const text =
    "{apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: a}, spec: {controller: a.example/b}}";
  expect(read(text)).toMatchObject({ isDefault: false });
});

test.each([
  ["null", "spec.controller: is required"],
  ["{controller: nginx}", "spec.controller: must be a path with a domain before it"],
  ["{controller: a.example/}", "spec.controller: must be a path"],
  ["{controller: A.example/b}", "spec.controller: must be a path"],
])("spec %s is refused", (spec, problem) => {
  const [first] = problems(
    `{apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: a}, spec: ${spec}}`,
  );
  expect(first).toContain(problem);
});
