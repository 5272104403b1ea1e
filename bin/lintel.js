#!/usr/bin/env node
// Lintel's sources are TypeScript that Node runs as it is, from version 24 on. On an older Node this starts the one
// that the project brings along.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module from "node:module";
import { fileURLToPath } from "node:url";

const OLDEST = 24;
const own = fileURLToPath(new URL("../node_modules/node/bin/node", import.meta.url));

if (Number.parseInt(process.versions.node, 10) >= OLDEST) {
  // What was compiled once, types stripped, need not be at the next start.
  module.enableCompileCache();
  const { loadCommand } = await import("../cli/bundled-command.ts");
  const main = await loadCommand();
  process.exitCode = await main(process.argv.slice(2));
} else if (existsSync(own)) {
  const child = spawn(own, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
} else {
  console.error(`lintel needs Node ${OLDEST} or newer; run \`npm install\` in its folder to get one`);
  process.exitCode = 1;
}
