/** `/api`: what the pages show, as JSON, for `lintel status`, `lintel top` and scripts. Read-only. */
import { Hono } from "hono";
import type { ClientFacts } from "../../contract/index.ts";
import { SnapshotUnavailableError } from "../snapshot/errors.ts";
import type { Gate } from "./gate.ts";
import type { DnsQuestion } from "./state/dns.ts";
import type { HistoryQuery } from "./state/history.ts";
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
  app.get("/hosts", async (c) => c.json(await state.hosts(listQuery(c.req.query()))));
  app.get("/hosts/:name", async (c) => {
    const host = await state.host(c.req.param("name"), listQuery(c.req.query()).page);
    return host === undefined ? c.json({ error: "no Ingress has rules for this host" }, 404) : c.json(host);
  });
  app.get("/dns", async (c) => {
    const answer = await state.dns(dnsQuestion(c.req.query()));
    return c.json(answer, answer.problem === null ? 200 : 400);
  });
  app.get("/history", async (c) => c.json(await state.history(historyQuery(c.req.query()))));
  app.get("/certificates", async (c) => c.json(await state.certificates(listQuery(c.req.query()))));
  app.get("/failures", (c) => c.json({ failures: state.failures(listQuery(c.req.query()).query) }));
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

export function dnsQuestion({ name = "", type = "A", view = "" }: Record<string, string>): DnsQuestion {
  return { name, type, view };
}

export function historyQuery({ before, after }: Record<string, string>): HistoryQuery {
  const number = (text: string | undefined) =>
    text !== undefined && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
  return { before: number(before), after: number(after) };
}

/** No name is longer. */
const MOST_QUERY = 300;
