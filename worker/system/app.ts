/** The edge's own endpoints, on the system host. No Ingress can claim it. */
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ClientFacts } from "../../contract/index.ts";
import { createDashboard } from "../dashboard/app.tsx";
import type { SnapshotReader } from "../snapshot/reader.ts";
import { apiEndpoints } from "./api.ts";
import { explainEndpoint, type ExplainEndpointOptions } from "./explain.ts";
import { metricsEndpoint, type MetricsEndpointOptions } from "./metrics.ts";
import { headEndpoint, type HeadStore } from "./head.ts";
import type { Gate } from "./gate.ts";
import { purgeEndpoint, type PurgeOptions } from "./purge.ts";
import type { EdgeState } from "./state/state.ts";
import { status } from "./status.ts";

export interface SystemOptions {
  readonly reader: SnapshotReader;
  readonly heads: HeadStore;
  readonly purge: PurgeOptions;
  readonly explain: ExplainEndpointOptions;
  readonly metrics: MetricsEndpointOptions;
  readonly state: EdgeState;
  /** Of the pages and `/api`. */
  readonly gate: Gate;
  readonly doh: (request: Request, client: ClientFacts) => Promise<Response>;
  readonly now: () => number;
}

export type System = (request: Request, client: ClientFacts) => Promise<Response>;

const PAGES =
  /^\/(?:(?:hosts|assets)(?:\/.*)?|traffic|failures|dns|certificates|warnings|history|sign-in|sign-out)?$/;
const isPage = (path: string) => PAGES.test(path);

/** A browser that shows what it gets. */
const isPageRequest = ({ headers }: Request) => (headers.get("accept") ?? "").includes("text/html");

const notAllowed = () =>
  new Response("405 Method Not Allowed\n", { status: 405, headers: { allow: "GET, HEAD" } });

export function createSystem(options: SystemOptions): System {
  const { reader, heads, purge, explain, metrics, doh, now } = options;
  const app = new Hono<{ Bindings: { client: ClientFacts } }>();
  // What people look at is not made before somebody does.
  let dashboard: Promise<System> | undefined;
  const page: System = async (request, client) => {
    dashboard ??= createDashboard(options);
    return (await dashboard)(request, client);
  };
  app.use(async (c, next) => {
    await next();
    c.res.headers.set("server", "lintel");
    c.res.headers.set("date", new Date(now()).toUTCString());
  });
  app.get("/healthz", async (c) => {
    const { generation } = await status(reader, now);
    return generation === undefined ? c.text("no snapshot yet\n", 503) : c.text("ok\n");
  });
  app.get("/status", async (c) => c.json(await status(reader, now), 200, { "cache-control": "no-store" }));
  app.route("/head", headEndpoint(reader, heads));
  app.route("/purge", purgeEndpoint(purge));
  // Browsers get the page of that name.
  const explainApi = explainEndpoint(explain, options.state);
  app.use("/explain", async (c, next) => (isPageRequest(c.req.raw) ? page(c.req.raw, c.env.client) : next()));
  app.route("/explain", explainApi);
  app.route("/metrics", metricsEndpoint(metrics));
  app.route("/api", apiEndpoints(options.state, options.gate));
  app.all("/dns-query", (c) => doh(c.req.raw, c.env.client));
  app.all("/dns-query/:token", (c) => doh(c.req.raw, c.env.client));
  app.all("/healthz", notAllowed);
  app.all("/status", notAllowed);
  // The edge answers for what goes wrong, here as everywhere.
  app.onError((error) => {
    if (error instanceof HTTPException) return error.getResponse();
    throw error;
  });
  app.notFound((c) =>
    isPage(new URL(c.req.url).pathname)
      ? page(c.req.raw, c.env.client)
      : c.text(
          "404 Not Found: the edge itself answers /dns-query, /healthz, /status, /head, /purge, /explain, /metrics and /api here, and pages at /.\n",
          404,
        ),
  );
  return async (request, client) => app.fetch(request, { client });
}
