import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ManifestSourceError } from "../../../../sync-agent/cluster/manifests/error.ts";
import { readManifests } from "../../../../sync-agent/cluster/manifests/read-once.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lintel-read-once-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const ingress = (name: string) => `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: ${name}, namespace: shop }
spec: { defaultBackend: { service: { name: web, port: { number: 80 } } } }
`;
const noInput = async () => {
  throw new Error("not asked for");
};

it("reads folders, files and standard input together", async () => {
  await mkdir(join(folder, "sub"));
  await writeFile(join(folder, "sub", "a.yaml"), ingress("a"));
  await writeFile(join(folder, "b.txt"), `${ingress("b")}---${ingress("c")}`);
  const paths = [join(folder, "sub"), join(folder, "b.txt"), "-"];
  const { state, warnings } = await readManifests(paths, async () => ingress("d"));
  expect([...state.Ingress.keys()].toSorted()).toEqual(["shop/a", "shop/b", "shop/c", "shop/d"]);
  expect(warnings).toEqual([]);
});

it("tells of what it cannot read, and of what stands twice", async () => {
  await writeFile(join(folder, "a.yaml"), ingress("a"));
  await writeFile(join(folder, "b.yaml"), ingress("a"));
  await writeFile(join(folder, "c.yaml"), "a: [");
  const { state, warnings } = await readManifests([folder], noInput);
  expect(state.Ingress.size).toBe(1);
  expect(warnings.map(({ reason }) => reason).toSorted()).toEqual(["ManifestUnreadable", "ObjectDuplicate"]);
});

it("passes over what a project's folder holds beside manifests, unless it is named", async () => {
  await writeFile(join(folder, "a.yaml"), ingress("a"));
  await writeFile(join(folder, "values.yaml"), "ingress: { enabled: true }");
  await writeFile(join(folder, "Chart.yaml"), "apiVersion: v2\nname: web");
  await writeFile(join(folder, "package.json"), "{}");
  expect((await readManifests([folder], noInput)).warnings).toEqual([]);
  const { warnings } = await readManifests([join(folder, "values.yaml")], noInput);
  expect(warnings.map(({ message }) => message)).toEqual([
    "`apiVersion` is required. Which object is meant cannot be told.",
  ]);
});

it("refuses a path that does not exist", async () => {
  await expect(readManifests([join(folder, "nowhere")], noInput)).rejects.toThrow(ManifestSourceError);
});
