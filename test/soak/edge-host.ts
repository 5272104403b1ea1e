/**
 * `lintel edge` with another bundle (test/worker/soak/faulty-worker.ts). Takes EdgeOptions as JSON in its one argument, and
 * prints where it listens, as JSON, once it serves.
 */
import { createLog } from "../../cli/log.ts";
import { stoppable } from "../../cli/stoppable.ts";
import { type EdgeOptions, startEdge } from "../../embedded-edge/index.ts";

const options = JSON.parse(process.argv[2] ?? "{}") as Omit<EdgeOptions, "log">;
const edge = await startEdge({ ...options, log: createLog("info") });
await stoppable(
  async (ended) => {
    const { http, https, api, caFile } = edge;
    process.stdout.write(`${JSON.stringify({ http: http?.port, https: https?.port, api, caFile })}\n`);
    await ended;
  },
  () => edge.close(),
);
