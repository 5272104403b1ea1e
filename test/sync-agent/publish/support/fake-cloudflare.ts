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

  function bulk(body: string): Answer {
    const refused: string[] = [];
    const pairs = JSON.parse(body) as BulkPair[];
    for (const { key, value, metadata } of pairs) {
      const times = unsuccessful.get(key) ?? 0;
      if (times > 0) {
        unsuccessful.set(key, times - 1);
        refused.push(key);
      } else store.set(key, { value, metadata });
    }
    const result = { successful_key_count: pairs.length - refused.length, unsuccessful_keys: refused };
    return { status: 200, body: { success: true, errors: [], messages: [], result } };
  }

  function answer({ method, url = "", authorization, body }: Received): Answer {
    if (authorization !== `Bearer ${TOKEN}`) return failure(401, 10000, "Authentication error");
    if (!url.startsWith(`${namespace}/`)) return failure(404, 10013, "namespace not found");
    const rest = url.slice(namespace.length);
    if (method === "PUT" && rest === "/bulk") return bulk(body);
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
  return {
    url: `http://127.0.0.1:${port}/client/v4`,
    requests,
    store,
    answers,
    unsuccessful,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
