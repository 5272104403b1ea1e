import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export const ACCOUNT = "account-1";
export const NAMESPACE = "namespace-1";
export const TOKEN = "token-1";

export interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly authorization: string | undefined;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface FakeCloudflare {
  readonly url: string;
  readonly requests: Received[];
  readonly store: Map<string, { readonly value: string; readonly metadata: unknown }>;
  /** Given, in their order, in place of what would be answered. */
  readonly answers: Answer[];
  /** How many keys a page of a listing has. */
  pageSize: number;
  /** How often each key is still to be reported as unsuccessful. */
  readonly unsuccessful: Map<string, number>;
  close(): Promise<void>;
}

export function failure(
  status: number,
  code: number,
  message: string,
  headers: Record<string, string> = {},
): Answer {
  return {
    status,
    headers,
    body: { success: false, errors: [{ code, message }], messages: [], result: null },
  };
}

interface BulkPair {
  readonly key: string;
  readonly value: string;
  readonly metadata?: unknown;
}

/** The calls of Workers KV's REST API that the agent makes, on a port of loopback. */
export async function startFakeCloudflare(): Promise<FakeCloudflare> {
  const requests: Received[] = [];
  const store: FakeCloudflare["store"] = new Map();
  const answers: Answer[] = [];
  const unsuccessful = new Map<string, number>();
  const namespace = `/client/v4/accounts/${ACCOUNT}/storage/kv/namespaces/${NAMESPACE}`;

  function bulk<T>(items: readonly T[], keyOf: (item: T) => string, act: (item: T) => void): Answer {
    const refused: string[] = [];
    for (const item of items) {
      const key = keyOf(item);
      const times = unsuccessful.get(key) ?? 0;
      if (times > 0) {
        unsuccessful.set(key, times - 1);
        refused.push(key);
      } else act(item);
    }
    const result = { successful_key_count: items.length - refused.length, unsuccessful_keys: refused };
    return { status: 200, body: { success: true, errors: [], messages: [], result } };
  }

  function write(body: string): Answer {
    return bulk(
      JSON.parse(body) as BulkPair[],
      ({ key }) => key,
      ({ key, value, metadata }) => store.set(key, { value, metadata }),
    );
  }

  function remove(body: string): Answer {
    return bulk(
      JSON.parse(body) as string[],
      (key) => key,
      (key) => store.delete(key),
    );
  }

  /** Pages by key. As Workers KV may, it gives an empty page between two others. */
  function list(query: URLSearchParams): Answer {
    const prefix = query.get("prefix") ?? "";
    const [after = "", isGap] = (query.get("cursor") ?? "").split("|");
    const rest = [...store.keys()].filter((key) => key.startsWith(prefix) && key > after).toSorted();
    const page = isGap === undefined ? rest.slice(0, fake.pageSize) : [];
    const result = page.map((name) => ({ name, metadata: store.get(name)?.metadata }));
    const next = isGap === undefined ? `${page.at(-1)}|gap` : after;
    const cursor = page.length === rest.length ? "" : next;
    const result_info = { count: result.length, cursor };
    return { status: 200, body: { success: true, errors: [], messages: [], result, result_info } };
  }

  function answer({ method, url = "", authorization, body }: Received): Answer {
    if (authorization !== `Bearer ${TOKEN}`) return failure(401, 10000, "Authentication error");
    if (!url.startsWith(`${namespace}/`)) return failure(404, 10013, "namespace not found");
    const rest = url.slice(namespace.length);
    if (method === "PUT" && rest === "/bulk") return write(body);
    if (method === "POST" && rest === "/bulk/delete") return remove(body);
    if (method === "GET" && rest.startsWith("/keys?")) {
      return list(new URLSearchParams(rest.slice("/keys?".length)));
    }
    if (method === "GET" && rest.startsWith("/values/")) {
      const found = store.get(decodeURIComponent(rest.slice("/values/".length)));
      if (found === undefined) return failure(404, 10009, "get: 'key not found'");
      return { status: 200, body: found.value, headers: { "content-type": "application/octet-stream" } };
    }
    return failure(405, 10025, "endpoint does not exist");
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method, url, headers } = request;
    const body = Buffer.concat(chunks).toString();
    const received = { method, url, authorization: headers.authorization, body };
    requests.push(received);
    const given = answers.shift() ?? answer(received);
    const text = typeof given.body === "string" ? given.body : JSON.stringify(given.body ?? null);
    response.writeHead(given.status, { "content-type": "application/json", ...given.headers }).end(text);
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const fake: FakeCloudflare = {
    url: `http://127.0.0.1:${port}/client/v4`,
    requests,
    store,
    answers,
    unsuccessful,
    pageSize: 1000,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return fake;
}
