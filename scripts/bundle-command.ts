/**
 * Bundles the `lintel` command into `dist/command/`, from where bin/lintel.js runs it (cli/bundled-command.ts) for as long as the sources are
 * those that it was made from: some hundred modules less to find and read at each start.
 */
import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { bundledCommand, COMMAND_FOLDER, type Made, RECORD } from "../cli/bundled-command.ts";
import { NODE_BUNDLE, placesOfSources, ROOT } from "./bundling.ts";

const RECIPE = ["scripts/bundle-command.ts", "scripts/bundling.ts", "package-lock.json"];

/** Makes it unless the one that is there will do. */
export async function bundleCommand(): Promise<void> {
  if (bundledCommand() !== undefined) return;
  const started = Date.now();
  await mkdir(COMMAND_FOLDER, { recursive: true });
  // A folder of its own each time: others may be running the present one.
  const folder = await mkdtemp(join(COMMAND_FOLDER, "made-"));
  const { metafile } = await build({
    ...NODE_BUNDLE,
    entryPoints: ["cli/main.ts"],
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    // Commands load what they need.
    splitting: true,
    legalComments: "none",
    // It is one file already, and reads others beside it.
    external: ["miniflare"],
    plugins: [placesOfSources],
  });
  const sources = Object.keys(metafile.inputs).filter((path) => !path.startsWith("node_modules/"));
  const made: Made = { folder, sources: {} };
  for (const path of [...sources, ...RECIPE]) {
    const { mtimeMs } = await stat(join(ROOT, path));
    // Changed in the meantime: nobody knows what was read.
    if (mtimeMs >= started) return;
    made.sources[path] = mtimeMs;
  }
  const record = `${folder}.json`;
  await writeFile(record, JSON.stringify(made));
  await rename(record, RECORD);
  await removeOld(started);
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Commands that have been running for long may still want a chunk of theirs. */
async function removeOld(now: number): Promise<void> {
  for (const name of await readdir(COMMAND_FOLDER)) {
    const path = join(COMMAND_FOLDER, name);
    if (path === RECORD || now - (await stat(path)).mtimeMs < DAY_MS) continue;
    await rm(path, { recursive: true, force: true });
  }
}

if (import.meta.main) await bundleCommand();
