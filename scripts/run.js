// What `npm start`, `npm test` and the like do, on a machine with any Node from 20 up: install what is missing or stale, then
// run with the Node that the project brings along. Plain JavaScript, since an older Node reads this file.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const modules = join(root, "node_modules");
const stamp = join(modules, ".lintel-lock");

const COMMANDS = {
  start: ["scripts/start.ts"],
  test: ["node_modules/vitest/vitest.mjs", "run"],
  "test:cluster": ["node_modules/vitest/vitest.mjs", "run", "--project", "e2e", "test/e2e/cluster/"],
  bench: ["bench/support/run.ts"],
  soak: ["test/soak/main.ts"],
  golden: ["node_modules/vitest/vitest.mjs", "run", "--project", "node", "--project", "workerd", "-u"],
};

function install() {
  const lock = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  console.error("Installing dependencies…");
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  // Not `npm ci`: it insists on a lock entry for the binaries of every platform, and a registry may hold only some.
  const args = ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"];
  const { status } = spawnSync(npm, args, { cwd: root, stdio: ["ignore", 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(stamp, lock);
}

const [name, ...args] = process.argv.slice(2);
const command = COMMANDS[name];
if (command === undefined) {
  console.error(`usage: run.js ${Object.keys(COMMANDS).join("|")}`);
  process.exit(2);
}
install();
const child = spawn(join(modules, "node", "bin", "node"), [...command, ...args], {
  cwd: root,
  // By its channel the command notices when this is killed.
  stdio: name === "start" ? ["inherit", "inherit", "inherit", "ipc"] : "inherit",
  env: {
    ...process.env,
    PATH: `${join(modules, ".bin")}:${process.env.PATH ?? ""}`,
    ...(name === "golden" && { UPDATE_GOLDEN: "1" }),
    ...(name === "test:cluster" && { LINTEL_TEST_CLUSTER: "1" }),
  },
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
