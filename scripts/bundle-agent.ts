/**
 * Bundles the agent into one file that Node 24 runs by itself: `dist/agent/lintel.mjs`, what the image holds. Another
 * folder may be given.
 */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { NODE_BUNDLE, ROOT } from "./bundling.ts";

const folder = process.argv[2] ?? join(ROOT, "dist/agent");

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
const { metafile } = await build({
  ...NODE_BUNDLE,
  entryPoints: ["cli/agent-main.ts"],
  outfile: join(folder, "lintel.mjs"),
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "linked",
});
for (const [path, { bytes }] of Object.entries(metafile.outputs)) {
  console.log(`${path} ${Math.ceil(bytes / 1024)} KiB`);
}
