/**
 * ingress-nginx `custom-http-errors`: responses of some statuses are exchanged for a page of the default backend. It is
 * asked directly, past all filters, so that no page of its own leads back here.
 */
import { SnapshotUnavailableError } from "../../snapshot/errors.ts";
import { errorText } from "../../log.ts";
import { errorPage } from "../error-page.ts";
import { finishResponseHeaders } from "../headers.ts";
import { TargetError, type TargetFetch } from "../target-fetch.ts";
import { tellDefaultBackend } from "./default-backend-headers.ts";
import type { Exchange, Filter, FilterPlatform } from "./filter.ts";

/** Milliseconds after which the client gets the original response. */
const PATIENCE = 10_000;

const DETAIL = "The service answered with an error.";

export function errorPages({ targets, now, log }: Pick<FilterPlatform, "targets" | "now" | "log">): Filter {
  return ({ errorPages: wanted }) => {
    if (wanted === undefined) return undefined;
    const { backend, failed, edgeOnly } = wanted;
    const statuses = new Set(wanted.statuses);
    const ask =
      backend &&
      targets({
        kind: "service",
        ...backend,
        scheme: "http",
        host: backend.service.replace("/", "."),
        path: "/$is_args$args",
      });
    const applies = ({ outgoing }: Exchange, { status }: Response) =>
      statuses.has(status) && !(edgeOnly === true && outgoing.answered);

    async function pageOf(ask: TargetFetch, exchange: Exchange, original: Response) {
      let page: Response;
      try {
        const headers = questionHeaders(exchange.outgoing.headers);
        tellDefaultBackend(headers, exchange, original.status, failed);
        const { method } = exchange.request;
        page = await ask(exchange, { method, headers, body: null, host: exchange.host, timeoutMs: PATIENCE });
      } catch (error) {
        // The original is at hand; a configuration that cannot be read must not have it asked for once more.
        if (!(error instanceof TargetError || error instanceof SnapshotUnavailableError)) throw error;
        log("warn", { ingress: exchange.route.ingress, error: errorText(error) }, "no error page");
        return undefined;
      }
      await original.body?.cancel();
      return finish(page, original);
    }

    function finish(page: Response, original: Response): Response {
      const finished = new Response(page.body, page);
      finishResponseHeaders(finished.headers, now);
      // Without it a 401 is no question that a browser could answer (RFC 9110 15.5.2).
      const challenge = original.headers.get("www-authenticate");
      if (finished.status === 401 && challenge !== null) finished.headers.set("www-authenticate", challenge);
      return finished;
    }

    return {
      response(exchange, response) {
        if (!applies(exchange, response)) return undefined;
        if (ask !== undefined) return pageOf(ask, exchange, response);
        return exchange.outgoing.answered ? ownPage(exchange, response, now) : undefined;
      },
    };
  };
}

/** The client's headers without those that concern a body, a part of one or one that the client has, or an upgrade. */
function questionHeaders(outgoing: Headers): Headers {
  const headers = new Headers(outgoing);
  for (const name of Array.from(headers.keys())) {
    const isOfBody = name.startsWith("content-") || name === "expect";
    const isCondition = name.startsWith("if-") || name === "range";
    const isUpgrade = name === "upgrade" || name === "connection" || name.startsWith("sec-websocket-");
    if (isOfBody || isCondition || isUpgrade) headers.delete(name);
  }
  return headers;
}

async function ownPage(
  { request, requestId }: Exchange,
  { status, body }: Response,
  now: () => number,
): Promise<Response> {
  await body?.cancel();
  return errorPage({ status, detail: DETAIL }, request.headers.get("accept"), requestId, now);
}
