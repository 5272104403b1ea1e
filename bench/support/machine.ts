/** The machine and the versions that figures belong to. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, release, totalmem } from "node:os";
import { z } from "zod";

export const machine = z.strictObject({
  cpu: z.string(),
  cores: z.int(),
  memoryGiB: z.number(),
  kernel: z.string(),
  /** Of Node, workerd and the like: name to version. */
  versions: z.record(z.string(), z.string()),
});
export type Machine = z.infer<typeof machine>;

const require = createRequire(import.meta.url);

export function thisMachine(): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    versions: {
      node: process.versions.node,
      workerd: versionOf("workerd"),
      miniflare: versionOf("miniflare"),
    },
  };
}

/** Of a package in the nearest node_modules that has it: not all let their package.json be required. */
function versionOf(name: string): string {
  const folder = require.resolve.paths(name)?.find((path) => existsSync(`${path}/${name}`));
  const text = readFileSync(`${folder}/${name}/package.json`, "utf8");
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
