import { mkdir, mkdtemp, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bundledCommand, type Made } from "../../cli/bundled-command.ts";

let root: string;
let folder: string;
let record: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "lintel-command-"));
  folder = join(root, "made");
  record = join(root, "made.json");
  await mkdir(folder);
  await writeFile(join(folder, "main.mjs"), "");
  const sources: Record<string, number> = {};
  for (const name of ["one.ts", "two.ts"]) {
    await writeFile(join(root, name), "");
    sources[name] = (await stat(join(root, name))).mtimeMs;
  }
  await writeFile(record, JSON.stringify({ folder, sources } satisfies Made));
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe("the bundle of the command", () => {
  it("is run while its sources are what they were", () => {
    expect(bundledCommand(record, root)).toBe(pathToFileURL(join(folder, "main.mjs")).href);
  });

  it.each<[string, () => Promise<unknown>]>([
    ["it was never made", () => rm(record)],
    ["its record was cut off", () => writeFile(record, "{")],
    ["it was removed", () => rm(folder, { recursive: true })],
    ["a source has changed", () => utimes(join(root, "two.ts"), 1, 1)],
    ["a source is gone", () => rm(join(root, "two.ts"))],
  ])("is not run when %s", async (_, happens) => {
    await happens();
    expect(bundledCommand(record, root)).toBeUndefined();
  });
});
