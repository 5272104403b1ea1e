/** A client as plain as can be, for the tests of the server itself. */
import type { ApiServer } from "./api-server/index.ts";

export interface Reply {
  readonly code: number;
  readonly body: Body;
  readonly headers: Headers;
}

/** What the tests look at of an object, a list or a Status. */
export interface Body {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly resourceVersion: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
    readonly [field: string]: unknown;
  };
  readonly items: readonly Body[];
  readonly reason?: string;
  readonly message?: string;
  readonly [field: string]: unknown;
}

export interface WatchEvent {
  readonly type: string;
  readonly object: Body;
}

export const CORE = "/api/v1";
export const NETWORKING = "/apis/networking.k8s.io/v1";
export const LEASES = "/apis/coordination.k8s.io/v1/namespaces/default/leases";

export async function call(
  server: Pick<ApiServer, "url">,
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { "content-type": type, ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { code: response.status, body: (await response.json()) as Body, headers: response.headers };
}

/** The events of a watch, one at a time; `undefined` when the server has ended it. */
export async function watch(
  server: Pick<ApiServer, "url">,
  path: string,
): Promise<{ next: () => Promise<WatchEvent | undefined>; close: () => Promise<void> }> {
  const ended = new AbortController();
  const response = await fetch(`${server.url}${path}`, { signal: ended.signal });
  if (response.body === null) throw new Error("no body");
  const lines = splitLines(response.body);
  return {
    async next() {
      const { value, done } = await lines.next();
      return done === true ? undefined : (JSON.parse(value) as WatchEvent);
    },
    async close() {
      ended.abort();
    },
  };
}

async function* splitLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
}

/** `a.test` on `/`, to the Service `web`. */
export function ingress(name: string, more: object = {}): object {
  const path = { path: "/", pathType: "Prefix", backend: { service: { name: "web", port: { number: 80 } } } };
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name, ...more },
    spec: { rules: [{ host: "a.test", http: { paths: [path] } }] },
  };
}

export function secret(name: string, type: string, more: object = {}): object {
  return { apiVersion: "v1", kind: "Secret", metadata: { name, ...more }, type, data: {} };
}
