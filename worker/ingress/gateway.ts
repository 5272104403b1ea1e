/** The ways to the origin gateway. What it is told is in forward.ts. */

export interface Gateway {
  /** @param url the client's, absolute. Rejects when the gateway cannot be reached. */
  fetch(url: string, init: RequestInit): Promise<Response>;
}

export interface GatewayRoutes {
  /** The binding: a Workers VPC service on Cloudflare, a service on loopback in the embedded edge. */
  readonly cluster: Pick<Fetcher, "fetch"> | undefined;
  /** Where the gateway has a public address: `https://gateway.example.com`. The binding goes before it. */
  readonly origin: string | undefined;
  /** The platform's. */
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
}

/** `undefined` for an edge that has neither: it can answer DNS, and nothing that asks for a pod. */
export function gatewayOf({ cluster, origin, fetch }: GatewayRoutes): Gateway | undefined {
  if (cluster !== undefined) return { fetch: (url, init) => cluster.fetch(plainHttp(url), init) };
  if (origin === undefined) return undefined;
  return {
    // Hosts share the gateway's URLs, so one host's page in Cloudflare's cache would be served to the clients of another.
    fetch: (url, init) => fetch(`${origin}${targetOf(url)}`, { ...init, cache: "no-store" }),
  };
}

/** For an https URL a VPC service would begin TLS with the gateway, within the tunnel that is encrypted already. */
function plainHttp(url: string): string {
  return url.startsWith("https:") ? `http:${url.slice("https:".length)}` : url;
}

/** Path and query of an absolute URL, as they stand in it: resolved against an origin, `//x` would be a host. */
function targetOf(url: string): string {
  return url.slice(url.indexOf("/", url.indexOf("//") + 2));
}
