/** A URL: of a host that the edge serves itself, or of one elsewhere. */
import { DEFAULT_HOST, serverNameKeys, type Target, whyNotPublic } from "../../../contract/index.ts";
import type { SnapshotView } from "../../snapshot/view.ts";
import type { Exchange } from "../filters/filter.ts";
import { hostnameOf, type Ingress } from "../handler.ts";
import { TargetError, type TargetFetch, type TargetRequest } from "../target-fetch.ts";
import { compileTemplate } from "../variables.ts";
import { absolutePath } from "./absolute-path.ts";

export interface UrlTargetOptions {
  /** Serves a request for a host of this edge. */
  readonly ingress: Ingress;
  /** Over the public network. */
  readonly fetch: (request: Request) => Promise<Response>;
}

const DEFAULT_PORTS = { http: 80, https: 443 } as const;

export type UrlTarget = Extract<Target, { kind: "url" }>;

/**
 * What the edge serves itself it asks itself: a Worker's requests to its own hosts do not come back to it, and names
 * such as `$host` are often resolved by nobody else. Where variables make the host, nothing else is asked: a client
 * could send the question to whom it likes.
 */
export function urlTarget(target: UrlTarget, { ingress, fetch }: UrlTargetOptions): TargetFetch {
  const origin = compileTemplate(target.origin);
  const path = compileTemplate(target.path);
  const isFixed = !target.origin.includes("$");
  return async (exchange, request) => {
    const url = new URL(parseOrigin(origin(exchange)) + absolutePath(path(exchange)));
    const hostname = hostnameOf(url);
    const keys = isFixed ? serverNameKeys(hostname) : [...serverNameKeys(hostname), DEFAULT_HOST];
    if (await hasAny(exchange.view, keys)) return askOurselves(ingress, url, exchange, request);
    const problem = isFixed
      ? whyNotPublic(url.hostname, exchange.view.root.settings.dns.domain)
      : `${hostname} is not served by this edge`;
    if (problem !== undefined) throw new TargetError(problem);
    return askOthers(fetch, url, request);
  };
}

/** What variables add to an origin is no more than a host. */
function parseOrigin(text: string): string {
  const url = URL.parse(text);
  if (url !== null && url.href === `${url.origin}/`) return url.origin;
  throw new TargetError("the target has no host once its variables are filled in");
}

async function hasAny(view: SnapshotView, keys: readonly string[]): Promise<boolean> {
  for (const key of keys) {
    const found = view.get("hosts", key);
    if ((found instanceof Promise ? await found : found) !== undefined) return true;
  }
  return false;
}

/** As if the client had asked there, so that its own address counts. */
async function askOurselves(
  ingress: Ingress,
  url: URL,
  { view, client, requestId, isInner }: Exchange,
  { method, headers, body, host }: TargetRequest,
): Promise<Response> {
  if (isInner === true) throw new TargetError(`${url.hostname} asks this edge for a request of its own`);
  const request = new Request(url, { method, headers, body: body ?? null, redirect: "manual" });
  request.headers.set("host", host ?? url.host);
  const scheme = url.protocol === "https:" ? "https" : "http";
  const port = url.port === "" ? DEFAULT_PORTS[scheme] : Number(url.port);
  return ingress(view, { request, url, client: { ...client, scheme, port }, requestId, isInner: true });
}

async function askOthers(
  fetch: UrlTargetOptions["fetch"],
  url: URL,
  { method, headers, body }: TargetRequest,
): Promise<Response> {
  try {
    return await fetch(new Request(url, { method, headers, body: body ?? null, redirect: "manual" }));
  } catch (cause) {
    throw new TargetError(`${url.host} cannot be reached`, { cause });
  }
}
