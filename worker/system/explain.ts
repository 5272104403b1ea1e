/** `/explain`: what would become of a request, from the snapshot that is served. */
import { Hono } from "hono";
import { canonicalAddress, type ClientFacts, type DnsAccess } from "../../contract/index.ts";
import { explain } from "../ingress/explain/explain.ts";
import { SnapshotUnavailableError } from "../snapshot/errors.ts";
import type { SnapshotView } from "../snapshot/view.ts";
import { operatorRefusal } from "./operator.ts";

export interface ExplainEndpointOptions {
  readonly view: () => SnapshotView | Promise<SnapshotView>;
  /** The resolver's: an explanation names Services and addresses of the cluster. Nobody is let in without a token. */
  readonly access: DnsAccess;
  readonly token: string | undefined;
  readonly systemHost: string;
  readonly zone: string | undefined;
}

/** Who asks for a request from nowhere in particular. */
const NO_ADDRESS = "127.0.0.1";

/**
 * GET with `url`, and optionally `method`, `address` (the client's) and any number of `header` (`Name: value`). Answers
 * 200 with an Explanation, 400 for parameters that mean nothing, 503 before the first snapshot.
 */
export function explainEndpoint(
  options: ExplainEndpointOptions,
): Hono<{ Bindings: { client: ClientFacts } }> {
  const { systemHost, zone } = options;
  const app = new Hono<{ Bindings: { client: ClientFacts } }>();
  app.get("/", async (c) => {
    const refusal = operatorRefusal(options, c.env.client, c.req.header("authorization"));
    if (refusal !== undefined) return refusal;
    const headers = readHeaders(c.req.queries("header") ?? []);
    const url = URL.parse(c.req.query("url") ?? "");
    const address = canonicalAddress(c.req.query("address") ?? NO_ADDRESS);
    const isWeb = url?.protocol === "http:" || url?.protocol === "https:";
    if (url === null || !isWeb) return c.text("400: `url` is no http or https URL\n", 400);
    if (headers === undefined) return c.text("400: a `header` is no `Name: value`\n", 400);
    if (address === undefined) return c.text("400: `address` is no IP address\n", 400);
    try {
      const view = await options.view();
      const method = (c.req.query("method") ?? "GET").toUpperCase();
      const explanation = await explain(view, { method, url, headers, address }, { systemHost, zone });
      return c.json({ ...explanation, generation: view.root.generation }, 200, {
        "cache-control": "no-store",
      });
    } catch (error) {
      if (!(error instanceof SnapshotUnavailableError)) throw error;
      return c.text("503: there is no snapshot to explain it from\n", 503);
    }
  });
  app.all("/", (c) => c.text("405 Method Not Allowed\n", 405, { allow: "GET, HEAD" }));
  return app;
}

function readHeaders(lines: readonly string[]): Headers | undefined {
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon < 1) return undefined;
    try {
      headers.append(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
    } catch (error) {
      if (error instanceof TypeError) return undefined;
      throw error;
    }
  }
  return headers;
}
