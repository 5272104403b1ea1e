/** The data path: normalise, find the route, forward. */
import type { ClientFacts } from "../../contract/index.ts";
import type { SnapshotView } from "../snapshot/view.ts";
import type { Problem } from "./error-page.ts";
import { findRoute } from "./hosts.ts";
import { normalisePath } from "./path.ts";
import type { Proxy } from "./proxy.ts";

export interface IngressRequest {
  readonly request: Request;
  readonly url: URL;
  readonly client: ClientFacts;
  readonly requestId: string;
}

export type Ingress = (view: SnapshotView, incoming: IngressRequest) => Promise<Response | Problem>;

const BAD_PATH: Problem = { status: 400, detail: "The path of this URL is malformed." };
const NOT_FOUND: Problem = { status: 404, detail: "Nothing is served under this host and path." };
const BAD_METHOD: Problem = { status: 405, detail: "This method is not served." };

/** Methods that echo or tunnel: nginx refuses them as well, and Fetch cannot carry them. */
const REFUSED_METHODS: ReadonlySet<string> = new Set(["CONNECT", "TRACE", "TRACK"]);

export function createIngress(proxy: Proxy): Ingress {
  return async (view, { request, url, client, requestId }) => {
    if (REFUSED_METHODS.has(request.method)) return BAD_METHOD;
    const path = normalisePath(url.pathname);
    if (path === undefined) return BAD_PATH;
    const found = findRoute(view, hostnameOf(url), path);
    const route = found instanceof Promise ? await found : found;
    if (route === undefined) return NOT_FOUND;
    const host = request.headers.get("host") ?? url.host;
    return proxy(view, { request, route, host, client, requestId });
  };
}

/** Lower case already (URL standard), without the dot that a fully qualified name may end with. */
export function hostnameOf(url: URL): string {
  return url.hostname.endsWith(".") ? url.hostname.slice(0, -1) : url.hostname;
}
