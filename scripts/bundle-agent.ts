/**
 * Bundles the agent into one file that Node 24 runs by itself: `dist/agent/lintel.mjs`, what the image holds. Another
 * folder may be given.
 */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = process.argv[2] ?? join(root, "dist/agent");

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ["cli/agent-main.ts"],
  outfile: join(folder, "lintel.mjs"),
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node24",
  minifySyntax: true,
  minifyWhitespace: true,
  // Names stay: logs and stacks have them.
  keepNames: true,
  legalComments: "linked",
  metafile: true,
  logLevel: "warning",
  banner: {
    // Packages in CommonJS ask for Node's modules so.
    js: `import { createRequire as lintelCreateRequire } from "node:module"; const require = lintelCreateRequire(import.meta.url);`,
  },
});
for (const [path, { bytes }] of Object.entries(metafile.outputs)) {
  console.log(`${path} ${Math.ceil(bytes / 1024)} KiB`);
}
