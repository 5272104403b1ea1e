/** The pages: what `/api` gives, for people. They change nothing. */
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { ClientFacts } from "../../contract/index.ts";
import { explain } from "../ingress/explain/explain.ts";
import { SnapshotUnavailableError } from "../snapshot/errors.ts";
import { dnsQuestion, historyQuery, listQuery } from "../system/api.ts";
import { explainRequest } from "../system/explain.ts";
import type { Gate } from "../system/gate.ts";
import { endSession } from "../system/session.ts";
import { serverBlocks } from "../system/state/dns.ts";
import type { EdgeState } from "../system/state/state.ts";
import { type Assets, makeAssets } from "./assets.ts";
import { CertificatesPage } from "./pages/certificates.tsx";
import { DnsPage } from "./pages/dns.tsx";
import { ExplainPage } from "./pages/explain.tsx";
import { FailuresPage } from "./pages/failures.tsx";
import { HistoryPage } from "./pages/history.tsx";
import { HostPage } from "./pages/host.tsx";
import { HostsPage } from "./pages/hosts.tsx";
import { OverviewPage } from "./pages/overview.tsx";
import { ProblemPage, SignInPage } from "./pages/sign-in.tsx";
import { TrafficPage } from "./pages/traffic.tsx";
import { WarningsPage } from "./pages/warnings.tsx";
import type { Frame } from "./parts/frame.tsx";

export interface DashboardOptions {
  readonly state: EdgeState;
  readonly gate: Gate;
  readonly explain: { readonly systemHost: string; readonly zone: string | undefined };
}

export type Dashboard = (request: Request, client: ClientFacts) => Promise<Response>;

/** Everything comes from this very host, and nothing else does: no inline script or style, no frames, no other origin. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

const PAGE_HEADERS = {
  "content-security-policy": POLICY,
  "cache-control": "no-store",
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
} as const;

const FOREVER = "public, max-age=31536000, immutable";
const MAX_FORM_BYTES = 4 * 1024;
const MOST_HEADER_LINES = 20;

export async function createDashboard(options: DashboardOptions): Promise<Dashboard> {
  const { gate } = options;
  const assets = await makeAssets();
  const app = new Hono<{ Bindings: { client: ClientFacts } }>();
  for (const { path, type, text } of [assets.style, assets.script, assets.icon]) {
    app.get(path, (c) =>
      c.body(text, 200, {
        "content-type": type,
        "cache-control": FOREVER,
        "x-content-type-options": "nosniff",
      }),
    );
  }
  signing(app, assets, gate);
  app.use(async (c, next) => {
    const refusal = await gate.refusal(c.req.raw, c.env.client);
    if (refusal === undefined) return next();
    const { pathname, search } = new URL(c.req.url);
    if (gate.takesToken) return page(<SignInPage assets={assets} to={pathname + search} />, 401);
    return page(
      <ProblemPage assets={assets} title="Not for you" text={(await refusal.text()).trim()} />,
      refusal.status,
    );
  });
  pages(app, assets, options);
  app.onError((error) => {
    if (!(error instanceof SnapshotUnavailableError)) throw error;
    const text = "This edge has no configuration yet: an agent must publish one. Reload in a moment.";
    return page(<ProblemPage assets={assets} title="Nothing to show yet" text={text} />, 503);
  });
  app.notFound(() => {
    const text = "There is no such page, or no such host any more.";
    return page(<ProblemPage assets={assets} title="Not found" text={text} />, 404);
  });
  return async (request, client) => {
    if (!["GET", "HEAD", "POST"].includes(request.method)) {
      return new Response("405 Method Not Allowed\n", { status: 405, headers: { allow: "GET, HEAD" } });
    }
    return app.fetch(request, { client });
  };
}

type App = Hono<{ Bindings: { client: ClientFacts } }>;

function signing(app: App, assets: Assets, gate: Gate): void {
  app.post("/sign-in", bodyLimit({ maxSize: MAX_FORM_BYTES }), async (c) => {
    if (!isOwnForm(c.req.raw)) return c.text("403 Forbidden: the form of another site\n", 403);
    const form = new URLSearchParams(await c.req.text());
    const to = ownPath(form.get("to"));
    const signIn = await gate.signIn(form.get("token") ?? "", c.env.client);
    switch (signIn.outcome) {
      case "in":
        return new Response(null, {
          status: 303,
          headers: { location: to, "set-cookie": signIn.cookie, "cache-control": "no-store" },
        });
      case "wrong":
        return page(<SignInPage assets={assets} to={to} problem="This is not the edge's token." />, 401);
      case "later": {
        const problem = `Too many attempts: wait ${signIn.wait} seconds.`;
        const response = page(<SignInPage assets={assets} to={to} problem={problem} />, 429);
        response.headers.set("retry-after", String(signIn.wait));
        return response;
      }
    }
  });
  app.get("/sign-in", (c) => c.redirect("/", 303));
  app.post("/sign-out", (c) => {
    if (!isOwnForm(c.req.raw)) return c.text("403 Forbidden: the form of another site\n", 403);
    const cookie = endSession(c.env.client.scheme === "https");
    return new Response(null, { status: 303, headers: { location: "/", "set-cookie": cookie } });
  });
}

/** Browsers say where a form comes from (Fetch Metadata; Origin where they are older). */
function isOwnForm({ headers, url }: Request): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin" || site === "none";
  const origin = headers.get("origin");
  return origin === null || URL.parse(origin)?.host === new URL(url).host;
}

/** Nothing that could lead to another host. */
function ownPath(to: string | null): string {
  return to !== null && /^\/(?![/\\])[\x21-\x7e]*$/.test(to) ? to : "/";
}

function pages(app: App, assets: Assets, { state, explain: { systemHost, zone } }: DashboardOptions): void {
  async function frameFor({ headers }: Request, warnings?: number): Promise<Frame> {
    const { root } = await state.view();
    return {
      assets,
      cluster: root.cluster,
      generation: root.generation,
      published: root.time,
      now: state.now,
      warnings: warnings ?? (await state.warningsKnown())?.length,
      hasSession: /(?:^|[;\s-])lintel=/.test(headers.get("cookie") ?? ""),
    };
  }
  app.get("/", async (c) => {
    const { overview, warnings } = await state.front();
    const frame = await frameFor(c.req.raw, warnings.length);
    return page(<OverviewPage frame={frame} overview={overview} warnings={warnings} />);
  });
  app.get("/hosts", async (c) => {
    const list = await state.hosts(listQuery(c.req.query()));
    return page(<HostsPage frame={await frameFor(c.req.raw)} list={list} />);
  });
  app.get("/hosts/:name", async (c) => {
    const host = await state.host(c.req.param("name"), listQuery(c.req.query()).page);
    return host === undefined
      ? c.notFound()
      : page(<HostPage frame={await frameFor(c.req.raw)} host={host} />);
  });
  app.get("/traffic", async (c) =>
    page(<TrafficPage frame={await frameFor(c.req.raw)} view={state.traffic()} />),
  );
  app.get("/failures", async (c) => {
    const { query } = listQuery(c.req.query());
    return page(
      <FailuresPage frame={await frameFor(c.req.raw)} failures={state.failures(query)} query={query} />,
    );
  });
  app.get("/explain", async (c) => {
    const { url = "", method = "GET", address = "", header = "" } = c.req.query();
    const form = { url, method: method.toUpperCase(), headers: header, address };
    const frame = await frameFor(c.req.raw);
    if (url === "") return page(<ExplainPage frame={frame} form={form} />);
    const headers = (c.req.queries("header") ?? [])
      .flatMap((lines) => lines.split(/\r?\n/))
      .filter((line) => line.trim() !== "")
      .slice(0, MOST_HEADER_LINES);
    const asked = explainRequest({
      url,
      method,
      headers,
      ...(address.trim() !== "" && { address: address.trim() }),
    });
    if (typeof asked === "string") {
      return page(<ExplainPage frame={frame} form={form} problem={`${asked}.`} />, 400);
    }
    const explanation = await explain(await state.view(), asked, { systemHost, zone });
    const seen = await state.services(explanation.backends);
    return page(<ExplainPage frame={frame} form={form} explanation={explanation} seen={seen} />);
  });
  app.get("/dns", async (c) => {
    const question = dnsQuestion(c.req.query());
    const view = await state.view();
    const { dns } = view.root.settings;
    return page(
      <DnsPage
        frame={await frameFor(c.req.raw)}
        question={question}
        answer={question.name === "" ? undefined : await state.dns(question)}
        servers={serverBlocks(dns)}
        zones={await state.inventory.zones(view)}
        domain={dns.domain}
      />,
    );
  });
  app.get("/certificates", async (c) => {
    const query = listQuery(c.req.query());
    const list = await state.certificates(query);
    return page(<CertificatesPage frame={await frameFor(c.req.raw)} list={list} query={query.query} />);
  });
  app.get("/warnings", async (c) => {
    const warnings = await state.warnings();
    return page(<WarningsPage frame={await frameFor(c.req.raw, warnings.length)} warnings={warnings} />);
  });
  app.get("/history", async (c) => {
    const view = await state.history(historyQuery(c.req.query()));
    return page(<HistoryPage frame={await frameFor(c.req.raw)} view={view} />);
  });
}

/** Components that wait for nothing are strings once they are written out (hono/jsx). */
function page(content: { toString(): string | Promise<string> }, status = 200): Response {
  return new Response(`<!doctype html>${content.toString() as string}`, {
    status,
    headers: { ...PAGE_HEADERS, "content-type": "text/html; charset=utf-8" },
  });
}
