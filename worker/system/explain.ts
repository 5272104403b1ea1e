/** `/explain`: what would become of a request, from the snapshot that is served. */
import { Hono } from "hono";
import { canonicalAddress, type ClientFacts, type DnsAccess } from "../../contract/index.ts";
import { explain, type ExplainRequest } from "../ingress/explain/explain.ts";
import { SnapshotUnavailableError } from "../snapshot/errors.ts";
import type { SnapshotView } from "../snapshot/view.ts";
import { operatorRefusal } from "./operator.ts";
import type { EdgeState } from "./state/state.ts";

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
 * 200 with an Explanation and, as `seen`, its Services with what this isolate knows of their endpoints; 400 for parameters that mean nothing, 503 before the first snapshot.
 */
export function explainEndpoint(
  options: ExplainEndpointOptions,
  state: Pick<EdgeState, "services">,
): Hono<{ Bindings: { client: ClientFacts } }> {
  const { systemHost, zone } = options;
  const app = new Hono<{ Bindings: { client: ClientFacts } }>();
  app.get("/", async (c) => {
    const refusal = operatorRefusal(options, c.env.client, c.req.header("authorization"));
    if (refusal !== undefined) return refusal;
    const asked = explainRequest({ ...c.req.query(), headers: c.req.queries("header") ?? [] });
    if (typeof asked === "string") return c.text(`400: ${asked}\n`, 400);
    try {
      const view = await options.view();
      const explanation = await explain(view, asked, { systemHost, zone });
      const seen = await state.services(explanation.backends);
      return c.json({ ...explanation, generation: view.root.generation, seen }, 200, {
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

interface Parameters {
  readonly url?: string;
  readonly method?: string;
  readonly address?: string;
  /** `Name: value` each. */
  readonly headers: readonly string[];
}

/** @returns what is wrong, where it is no request */
export function explainRequest(parameters: Parameters): ExplainRequest | string {
  const { method = "GET" } = parameters;
  const headers = readHeaders(parameters.headers);
  const url = URL.parse(parameters.url ?? "");
  const address = canonicalAddress(parameters.address ?? NO_ADDRESS);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    return "`url` is no http or https URL";
  }
  if (headers === undefined) return "a `header` is no `Name: value`";
  if (address === undefined) return "`address` is no IP address";
  return { method: method.toUpperCase(), url, headers, address };
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
