import { expect, test } from "vitest";
import { metadata, problems, read } from "./reading.ts";

test("a Namespace lives in none", () => {
  const text =
    "{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {a: b}}, spec: {finalizers: [x]}}";
  expect(read(text)).toStrictEqual({ metadata: { ...metadata("shop", ""), labels: { a: "b" } } });
});

test("its name is a DNS label", () => {
  expect(problems("{apiVersion: v1, kind: Namespace, metadata: {name: a.b}}")).toEqual([
    expect.stringMatching(/^metadata\.name: "a\.b" is not a DNS label/),
  ]);
});
