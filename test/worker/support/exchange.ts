import type { ClientFacts, Filters, Root, Route } from "../../../contract/index.ts";
import type { Exchange } from "../../../worker/ingress/filters/filter.ts";
import { RequestFacts } from "../../../worker/observe/facts.ts";
import { upstreamHeaders } from "../../../worker/ingress/headers.ts";
import { normalisePath } from "../../../worker/ingress/path.ts";
import type { SnapshotView } from "../../../worker/snapshot/view.ts";

export interface ExchangeInit {
  readonly url?: string;
  readonly init?: RequestInit;
  readonly route?: Route;
  readonly view?: SnapshotView;
  readonly client?: Partial<ClientFacts>;
  readonly groups?: readonly (string | undefined)[];
}

const EMPTY_VIEW: SnapshotView = { root: {} as Root, get: () => undefined };

export function routeWith(filters?: Filters): Route {
  return {
    ingress: "shop/web",
    match: { path: { type: "PathPrefix", value: "/" } },
    backends: [{ service: "shop/web", port: 80, weight: 1 }],
    ...(filters && { filters }),
  };
}

/** A request as the handler hands it to filters and proxy. */
export function exchangeOf(options: ExchangeInit): Exchange {
  const {
    url: text = "http://a.test/x",
    init = {},
    route = routeWith(),
    view = EMPTY_VIEW,
    groups = [],
  } = options;
  const request = new Request(text, init);
  const url = new URL(text);
  const scheme = url.protocol === "https:" ? "https" : "http";
  const client: ClientFacts = {
    address: "192.0.2.7",
    scheme,
    port: Number(url.port) || (scheme === "https" ? 443 : 80),
    ...options.client,
  };
  const requestId = "id-1";
  return {
    view,
    request,
    url,
    path: normalisePath(url.pathname) ?? "/",
    hostname: url.hostname,
    host: url.host,
    client,
    requestId,
    route,
    groups,
    outgoing: {
      target: url.pathname + url.search,
      host: url.host,
      headers: upstreamHeaders(request, url.host, client, requestId),
      body: request.body,
      failure: undefined,
      signal: undefined,
      answered: false,
    },
    facts: new RequestFacts(),
  };
}
