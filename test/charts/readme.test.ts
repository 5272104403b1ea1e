/** The chart's README against its values. `npm run golden` writes the table anew. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { CHART } from "./support/helm.ts";
import { documentedValues, leaves, valuesTable } from "./support/values-table.ts";

const yaml = await readFile(join(CHART, "values.yaml"), "utf8");
const documented = documentedValues(yaml);

it("every value is described", () => {
  const described = documented.map(({ path }) => path);
  const undescribed = leaves(parse(yaml)).filter(
    (path) => !described.some((parent) => path === parent || path.startsWith(`${parent}.`)),
  );
  expect(undescribed).toEqual([]);
});

it("the README has them all", async () => {
  const path = join(CHART, "README.md");
  const text = await readFile(path, "utf8");
  const filled = text.replace(
    /(<!-- values -->\n).*(<!-- \/values -->)/s,
    (_, begin: string, end: string) => `${begin}\n${valuesTable(documented)}\n\n${end}`,
  );
  const formatted = await format(filled, { ...(await resolveConfig(path)), parser: "markdown" });
  await expect(formatted).toMatchFileSnapshot(path);
});
