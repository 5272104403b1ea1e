import { expect, test } from "vitest";
import { metadata, problems, read } from "./reading.ts";

const configMap = (fields: string) =>
  `{apiVersion: v1, kind: ConfigMap, metadata: {name: headers}, ${fields}}`;

test.each([
  ["texts are kept", "data: {X-Tenant: shop}", { "X-Tenant": "shop" }],
  ["an empty value", "data: {X-Empty: null}", { "X-Empty": "" }],
  ["nothing", "data: null", {}],
  ["binary data is left aside", "data: {a: b}, binaryData: {c: QQ==}", { a: "b" }],
])("%s", (_, fields, data) => {
  expect(read(configMap(fields))).toStrictEqual({ metadata: metadata("headers"), data });
});

test("a value that is no text is refused by its field", () => {
  expect(problems(configMap("data: {a: 1}"))).toEqual([
    "data.a: must be a string, not a number: put it in quotes",
  ]);
});
