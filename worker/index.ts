/** The Worker: on Cloudflare as `wrangler deploy` ships it, and in the embedded edge as the same bundle. */
import * as workers from "cloudflare:workers";
import { createEdge, type Edge } from "./edge.ts";
import { ConfigError, type EdgeEnv } from "./env.ts";
import { errorPage } from "./ingress/error-page.ts";
import { responseStore } from "./ingress/filters/cache/response-store.ts";
import { requestIdOf } from "./ingress/headers.ts";
import { consoleLog, errorText } from "./log.ts";

export { LimitObject } from "./limits/limit-object.ts";
export { HeadObject } from "./snapshot/head-object.ts";

/** One edge an isolate: `env` is the same object for every request. */
const edges = new WeakMap<EdgeEnv, Edge>();

function edgeFor(env: EdgeEnv): Edge {
  let edge = edges.get(env);
  if (edge === undefined) {
    edge = createEdge(env, {
      fetch: (input, init) => fetch(input, init),
      waitUntil: (work) => {
        workers.waitUntil(work);
      },
      now: () => Date.now(),
      random: () => Math.random(),
      delay: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      log: consoleLog,
      responses: responseStore(caches),
      // Runtimes came without it until 2026.
      ...("tracing" in workers && { tracing: workers.tracing }),
    });
    edges.set(env, edge);
  }
  return edge;
}

export default {
  async fetch(request, env): Promise<Response> {
    let edge: Edge;
    try {
      edge = edgeFor(env);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      consoleLog("error", { error: errorText(error) }, "the edge is not configured");
      const problem = { status: 500, detail: "The edge is not configured; its log names the variable." };
      return errorPage(problem, request.headers.get("accept"), requestIdOf(request.headers), Date.now);
    }
    return edge(request);
  },
} satisfies ExportedHandler<EdgeEnv>;
