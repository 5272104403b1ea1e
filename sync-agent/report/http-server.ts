/** /healthz, /readyz and /metrics, for the kubelet and Prometheus. */
import { createServer, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { type Context, Hono } from "hono";
import type { Check, Health } from "./health.ts";
import type { Logger } from "./logger.ts";
import type { AgentMetrics } from "./metrics.ts";

export interface ListenAddress {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
}

export interface ObservabilityOptions {
  readonly listen: ListenAddress;
  readonly metrics: Pick<AgentMetrics, "scrape">;
  readonly health: Health;
  readonly log: Logger;
}

export interface Observability {
  /** With the port that was picked. */
  readonly address: ListenAddress;
  close(): Promise<void>;
}

/** The address of `--listen` cannot be listened on. */
export class ListenError extends Error {
  override name = "ListenError";
  readonly address: ListenAddress;

  constructor(address: ListenAddress, cause: Error) {
    super(`--listen ${hostAndPort(address)}: ${problemOf(cause)}; ${remedyOf(cause)}`, { cause });
    this.address = address;
  }
}

/** How long answers that are under way may take once the server closes, in milliseconds. */
const GRACE_MS = 1000;

/** @throws ListenError */
export async function startObservability(options: ObservabilityOptions): Promise<Observability> {
  const answer = getRequestListener(createApp(options).fetch, { overrideGlobalObjects: false });
  const server = createServer((request, response) => void answer(request, response));
  const address = await listen(server, options.listen);
  options.log.info({ ...address }, `health and metrics at http://${hostAndPort(address)}`);
  return {
    address,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      const deadline = setTimeout(() => server.closeAllConnections(), GRACE_MS);
      server.closeIdleConnections();
      await closed;
      clearTimeout(deadline);
    },
  };
}

function createApp({ metrics, health, log }: ObservabilityOptions): Hono {
  const app = new Hono();
  // Hono answers HEAD as it answers GET, without the body.
  app.get("/healthz", (context) => report(context, "healthz", health.live()));
  app.get("/readyz", (context) => report(context, "readyz", health.ready()));
  app.get("/metrics", async () => {
    const { contentType, text } = await metrics.scrape();
    return new Response(text, { headers: { "content-type": contentType } });
  });
  for (const path of ["/healthz", "/readyz", "/metrics"]) {
    app.all(path, (context) =>
      context.text(`${path} answers GET and HEAD only\n`, 405, { allow: "GET, HEAD" }),
    );
  }
  app.notFound((context) => context.text("there are /healthz, /readyz and /metrics\n", 404));
  app.onError((error, context) => {
    log.error({ err: error, path: context.req.path }, `cannot answer ${context.req.path}`);
    return context.text("internal error; the agent's log has it\n", 500);
  });
  return app;
}

/** As the Kubernetes API server answers: `ok`, and the single checks with `?verbose` or when one of them fails. */
function report(context: Context, name: string, checks: readonly Check[]): Response {
  const failed = checks.some(({ problem, weight }) => problem !== undefined && weight === "required");
  context.header("cache-control", "no-store");
  if (!failed && context.req.query("verbose") === undefined) return context.text("ok");
  const lines = [...checks.map(lineOf), `${name} check ${failed ? "failed" : "passed"}`];
  return context.text(`${lines.join("\n")}\n`, failed ? 503 : 200);
}

function lineOf({ name, problem, weight }: Check): string {
  if (problem === undefined) return `[+]${name} ok`;
  return `[-]${name} ${weight === "required" ? "failed" : "failed, not fatal"}: ${problem.replaceAll(/\s+/g, " ")}`;
}

async function listen(server: Server, address: ListenAddress): Promise<ListenAddress> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  server.once("error", reject);
  try {
    server.listen({ host: address.host, port: address.port }, () => resolve(undefined));
    await promise;
  } catch (error) {
    throw new ListenError(address, error as Error);
  } finally {
    server.off("error", reject);
  }
  const bound = server.address();
  return {
    host: address.host,
    port: bound !== null && typeof bound === "object" ? bound.port : address.port,
  };
}

function hostAndPort({ host, port }: ListenAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function problemOf(error: NodeJS.ErrnoException): string {
  if (error.code === "EADDRINUSE") return "the address is in use by another process";
  if (error.code === "EACCES") return "this user may not listen on that port";
  if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND") return "this machine has no such address";
  return error.message;
}

function remedyOf(error: NodeJS.ErrnoException): string {
  return error.code === "EACCES"
    ? "choose a port of 1024 or above"
    : "choose another one; port 0 picks a free port";
}
