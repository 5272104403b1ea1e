import { describe, expect, test } from "vitest";
import { metadata, problems, read } from "./reading.ts";

const secret = (fields: string) => `{apiVersion: v1, kind: Secret, metadata: {name: tls}, ${fields}}`;

test.each([
  [
    "data stays as it is",
    "type: kubernetes.io/tls, data: {tls.crt: QQ==}",
    "kubernetes.io/tls",
    { "tls.crt": "QQ==" },
  ],
  [
    "stringData is encoded and wins",
    'data: {a: QQ==, b: Qg==}, stringData: {a: "é"}',
    "Opaque",
    { a: "w6k=", b: "Qg==" },
  ],
  ["line feeds within base64 are taken out", 'data: {a: "QUFB\\nQUFB\\r\\n"}', "Opaque", { a: "QUFBQUFB" }],
  ["nothing", "data: null", "Opaque", {}],
  ["an empty value", "data: {a: null}, stringData: {b: null}", "Opaque", { a: "", b: "" }],
])("%s", (_, fields, type, data) => {
  expect(read(secret(fields))).toStrictEqual({ metadata: metadata("tls"), type, data });
});

describe("what the API refuses, by field, without the value", () => {
  test.each([
    ["text for base64", "data: {tls.key: hunter2!}", "data[tls.key]: is not base64"],
    ["missing padding", "data: {a: hunter2}", "data.a: is not base64"],
    ["a number", "stringData: {a: 12345}", "stringData.a: must be a string, not a number: put it in quotes"],
    ["a key with a slash", "stringData: {a/b: hunter2}", "stringData[a/b]: is not a key of a Secret"],
    ["a list", "data: [hunter2]", "data: must be a map"],
  ])("%s", (_, fields, problem) => {
    const all = problems(secret(fields));
    expect(all[0]).toContain(problem);
    expect(all.join()).not.toMatch(/hunter2|12345/);
  });
});
