/** Runs an edge in a process of its own, for tests that kill it. Options come as JSON in the first argument. */
import { type EdgeOptions, startEdge } from "../../../embedded-edge/index.ts";

const nothing = () => undefined;
const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
const options = JSON.parse(process.argv[2] ?? "{}") as Omit<EdgeOptions, "log">;
const edge = await startEdge({ ...options, log });
process.send?.({ http: edge.http?.port, api: edge.api.url });
