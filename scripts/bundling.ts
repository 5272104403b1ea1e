/** What the bundles for Node have in common. */
import { readFile } from "node:fs/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { BuildOptions, Plugin } from "esbuild";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));

export const NODE_BUNDLE = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node24",
  // Names stay: logs and stacks have them.
  keepNames: true,
  metafile: true,
  logLevel: "warning",
  banner: {
    // Packages in CommonJS ask for Node's modules so.
    js: `import { createRequire as lintelCreateRequire } from "node:module"; const require = lintelCreateRequire(import.meta.url);`,
  },
} as const satisfies BuildOptions;

/** In a bundle that stays beside its sources, `import.meta.url` is where the source is, and not the bundle. */
export const placesOfSources: Plugin = {
  name: "places-of-sources",
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const place = JSON.stringify(pathToFileURL(path).href);
      return { contents: text.replaceAll("import.meta.url", place), loader: "ts" };
    });
  },
};
