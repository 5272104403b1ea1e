import { expect, test } from "vitest";
import { composeWarnings } from "../../../../sync-agent/cluster/manifests/warnings.ts";
import { file, service, step } from "./files.ts";

const BAD = "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: 0}]}}\n---\n";

function warnings(before: string, after: string) {
  const { served } = step(new Map(), [file("/m/a.yaml", before)]);
  const files = [file("/m/a.yaml", after)];
  const next = step(served, files);
  return composeWarnings([], files, next.served, next.duplicates);
}

test("a file that does not parse, which served something before", () => {
  expect(warnings(service("a"), "a: [")).toEqual([
    {
      object: "/m/a.yaml",
      field: "line 1, column 5",
      reason: "ManifestUnreadable",
      message:
        "The file is not valid YAML: the indentation is wrong, or a bracket is not closed. What it served last stays served.",
      remedy: "Correct the file there.",
    },
  ]);
});

test("a file that does not parse, which served nothing before", () => {
  expect(warnings("", "a: [")).toMatchObject([
    { message: expect.stringMatching(/Nothing of it is served\.$/) as unknown },
  ]);
});

test("an invalid object that was valid before", () => {
  expect(warnings(service("a"), BAD)).toEqual([
    {
      object: "Service default/a",
      field: "spec.ports[0].port",
      reason: "ObjectInvalid",
      message:
        "`spec.ports[0].port` 0 is not a port number: 1 to 65535 (/m/a.yaml, line 1, column 76). What was valid last stays served.",
      remedy: "Correct the field; `kubectl apply --dry-run=server -f /m/a.yaml` checks it against the API.",
    },
  ]);
});

test("an invalid object that never was valid", () => {
  expect(warnings("", BAD)).toMatchObject([
    { message: expect.stringMatching(/The object is not served\.$/) as unknown },
  ]);
});

test("a document that does not say which object it is", () => {
  expect(warnings("", "a: 1")).toMatchObject([
    { object: "/m/a.yaml", field: "line 1, column 1", reason: "ManifestUnreadable" },
  ]);
});

test("an object of no namespace, twice", () => {
  const text = "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}\n---\n";
  expect(warnings("", text + text)).toEqual([
    {
      object: "Namespace shop",
      field: "metadata.name",
      reason: "ObjectDuplicate",
      message:
        "The object stands in /m/a.yaml, line 1 and again in /m/a.yaml, line 3. The first one is served.",
      remedy: "Take one of the two out.",
    },
  ]);
});

test("a path that is unknown, and one that is gone", () => {
  const trouble = { path: "/m", field: "path", message: "cannot be read (EACCES).", remedy: "Let it." };
  const [kept, gone] = composeWarnings(
    [
      { ...trouble, keeps: true },
      { ...trouble, keeps: false },
    ],
    [],
    new Map(),
    [],
  );
  expect(kept?.message).toBe("cannot be read (EACCES). What it served last stays served.");
  expect(gone?.message).toBe("cannot be read (EACCES).");
});
