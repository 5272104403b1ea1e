// What `npm start` runs: `lintel up` on the examples, with the pods that they name.
import { fileURLToPath } from "node:url";
import { loadCommand } from "../cli/bundled-command.ts";
import { bundleCommand } from "./bundle-command.ts";
import { PodError, startPods } from "./pods.ts";

const folder = fileURLToPath(new URL("../examples", import.meta.url));
const flags = process.argv.slice(2);
try {
  const pods = flags.includes("--help") ? [] : await startPods(folder);
  await bundleCommand();
  const main = await loadCommand();
  process.exitCode = await main(["up", "--manifests", folder, ...flags]);
  for (const pod of pods) {
    pod.close();
    pod.closeAllConnections();
  }
} catch (error) {
  if (!(error instanceof PodError)) throw error;
  console.error(`${error.message}; end what uses the port, or change it in examples/`);
  process.exit(1);
}
