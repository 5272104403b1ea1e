/** What the chart renders. `npm run golden` writes the expected files anew. */
import { describe, expect, it } from "vitest";
import { SLOW, CHART, helm, objectsOf, templateChart } from "./support/helm.ts";
import { readValues, valuesFile, valuesNames } from "./support/values.ts";

const names = await valuesNames();

describe.each(names)("with %s values, the chart", SLOW, (name) => {
  it("passes helm's strict lint", async () => {
    const { code, stdout, stderr } = await helm(["lint", "--strict", CHART, "--values", valuesFile(name)]);
    expect([code, stdout + stderr]).toEqual([0, expect.stringContaining("0 chart(s) failed")]);
  });

  it("renders as before", async () => {
    const { stdout, stderr, code } = await templateChart(await readValues(name));
    expect([code, stderr]).toEqual([0, ""]);
    await expect(stdout).toMatchFileSnapshot(`golden/${name}.yaml`);
  });

  it("renders every object once, in the release's namespace", async () => {
    const objects = objectsOf((await templateChart(await readValues(name))).stdout);
    const identities = objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`);
    expect(identities).toEqual([...new Set(identities)]);
    const clusterWide = new Set(["ClusterRole", "ClusterRoleBinding", "IngressClass"]);
    const confined = new Set(["shop", "blog"]);
    for (const { kind, metadata } of objects) {
      const isRole = kind === "Role" || kind === "RoleBinding";
      if (isRole && confined.has(metadata.namespace ?? "")) continue;
      expect([kind, metadata.namespace]).toEqual([kind, clusterWide.has(kind) ? undefined : "lintel-system"]);
      expect(metadata.name.length).toBeLessThan(64);
    }
  });

  it("says what to do next", async () => {
    const args = ["install", "lintel", CHART, "--namespace", "lintel-system", "--dry-run=client"];
    const { code, stdout, stderr } = await helm([...args, "--values", valuesFile(name)]);
    expect([code, stderr]).toEqual([0, expect.anything()]);
    await expect(stdout.slice(stdout.indexOf("NOTES:"))).toMatchFileSnapshot(`golden/${name}.notes.txt`);
  });
});
