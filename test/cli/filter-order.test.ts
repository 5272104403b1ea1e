/** docs/ingress.md lists the filters in the order in which they run. */
import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { EXPLAINED } from "../../worker/ingress/explain/filters.ts";

it("the order of filters in the documentation is theirs", async () => {
  const page = await readFile(new URL("../../docs/ingress.md", import.meta.url), "utf8");
  const section = page.slice(page.indexOf("### The order of filters"), page.indexOf("### Limits"));
  const listed = Array.from(section.matchAll(/^\| `(\w+)`/gm), ([, name]) => name);
  expect(listed).toEqual(EXPLAINED.map(({ field }) => field));
});
