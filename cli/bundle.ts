/** The edge Worker's bundle: what `wrangler deploy --minify` would ship, made anew when its sources have changed. */
import { execFile } from "node:child_process";
import { glob, mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { CommandError } from "./exit.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const BUNDLE = join(ROOT, "dist", "worker", "index.js");
const SOURCES = [
  "worker/**/*.ts",
  "worker/**/*.tsx",
  "contract/**/*.ts",
  "wrangler.toml",
  "package-lock.json",
];

/** @returns the bundle's path. @throws CommandError with wrangler's words when it cannot be made. */
export async function workerBundle(): Promise<string> {
  if ((await modified(BUNDLE)) < (await newestSource())) await build();
  return BUNDLE;
}

async function newestSource(): Promise<number> {
  let newest = 0;
  for await (const path of glob(SOURCES, { cwd: ROOT })) {
    newest = Math.max(newest, await modified(join(ROOT, path)));
  }
  return newest;
}

async function modified(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return Number.NEGATIVE_INFINITY;
    throw error;
  }
}

/** Into a folder of its own first: others may be reading the present bundle, or making one too. */
async function build(): Promise<void> {
  const dist = dirname(dirname(BUNDLE));
  await mkdir(dist, { recursive: true });
  const folder = await mkdtemp(join(dist, "making-worker-"));
  try {
    await bundleInto(folder);
    await mkdir(dirname(BUNDLE), { recursive: true });
    for (const name of await readdir(folder)) await rename(join(folder, name), join(dirname(BUNDLE), name));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function bundleInto(folder: string): Promise<void> {
  const wrangler = join(ROOT, "node_modules", "wrangler", "bin", "wrangler.js");
  // The runtime reads it at each start: half the size saves a tenth of that time.
  const args = [wrangler, "deploy", "--dry-run", "--env=", "--minify", "--outdir", folder];
  try {
    await promisify(execFile)(process.execPath, args, {
      cwd: ROOT,
      env: { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "true" },
    });
  } catch (cause) {
    const words = (cause as { stderr?: string }).stderr ?? String(cause);
    throw new CommandError(`the edge Worker cannot be bundled: ${words.trim()}`, { cause });
  }
}
