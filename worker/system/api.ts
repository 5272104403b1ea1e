/** `/api`: what the pages show, as JSON, for `lintel status`, `lintel top` and scripts. Read-only. */
import { Hono } from "hono";
import type { ClientFacts } from "../../contract/index.ts";
import { SnapshotUnavailableError } from "../snapshot/errors.ts";
import type { Gate } from "./gate.ts";
import type { EdgeState, ListQuery } from "./state/state.ts";

type Bindings = { Bindings: { client: ClientFacts } };

/** 401 or 403 for those who may not look, 404 for what there is not, 503 before the first snapshot. */
export function apiEndpoints(state: EdgeState, gate: Gate): Hono<Bindings> {
  const app = new Hono<Bindings>();
  app.use(async (c, next) => {
    const refusal = await gate.refusal(c.req.raw, c.env.client);
    if (refusal !== undefined) return refusal;
    await next();
    c.res.headers.set("cache-control", "no-store");
    c.res.headers.set("x-content-type-options", "nosniff");
    return undefined;
  });
  app.get("/overview", async (c) => c.json(await state.overview()));
  app.get("/warnings", async (c) => c.json({ warnings: await state.warnings() }));
  app.get("/certificates", async (c) => c.json(await state.certificates(listQuery(c.req.query()))));
  app.get("/traffic", (c) => c.json(state.traffic()));
  app.onError((error, c) => {
    if (!(error instanceof SnapshotUnavailableError)) throw error;
    return c.json({ error: "there is no snapshot yet" }, 503);
  });
  app.notFound((c) => c.json({ error: "there is no such thing here" }, 404));
  return app;
}

export function listQuery({ q = "", page = "1" }: Record<string, string>): ListQuery {
  return { query: q.slice(0, MOST_QUERY), page: /^\d{1,6}$/.test(page) ? Number(page) : 1 };
}

/** No name is longer. */
const MOST_QUERY = 300;
