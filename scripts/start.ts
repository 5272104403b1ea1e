// What `npm start` runs: `lintel up` on the examples, with the pods that they name.
import { fileURLToPath } from "node:url";
import { main } from "../cli/main.ts";
import { startPods } from "./pods.ts";

const folder = fileURLToPath(new URL("../examples", import.meta.url));
const pods = await startPods(folder);
process.exitCode = await main(["up", "--manifests", folder, ...process.argv.slice(2)]);
for (const pod of pods) {
  pod.close();
  pod.closeAllConnections();
}
