/** Stands between an agent and the edge's KV API, and decides over every write. */
import { once } from "node:events";
import http, { type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * - `pass`: as though the proxy were not there.
 * - `refuse`: answered with 500, and not carried out.
 * - `lose`: carried out, but the connection breaks before the answer.
 * - `drop`: the connection breaks, and it is not carried out.
 */
export type Verdict = "pass" | "refuse" | "lose" | "drop";

export type Judge = (keys: readonly string[]) => Verdict | Promise<Verdict>;

const pass: Judge = () => "pass";

export class KvProxy {
  readonly #target: URL;
  readonly #server: Server;
  #judge = pass;

  private constructor(target: URL) {
    this.#target = target;
    this.#server = http.createServer((request, response) => {
      this.#handle(request, response).catch(() => response.destroy());
    });
  }

  /** @param target the URL of the edge's KV API. */
  static async start(target: string): Promise<KvProxy> {
    const proxy = new KvProxy(new URL(target));
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}${this.#target.pathname}`;
  }

  /** Who judges the writes from now on; nobody unless given. */
  judge(judge: Judge = pass): void {
    this.#judge = judge;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await collect(request);
    const verdict = isWrite(request) ? await this.#judge(keysOf(request, body)) : "pass";
    if (verdict === "drop") {
      response.destroy();
      return;
    }
    if (verdict === "refuse") {
      const errors = [{ code: 10001, message: "the test refuses this write" }];
      response.writeHead(500, { "content-type": "application/json" });
      response.end(JSON.stringify({ success: false, errors, messages: [], result: null }));
      return;
    }
    const answer = await this.#forward(request, body);
    const text = await collect(answer);
    if (verdict === "lose") {
      response.destroy();
      return;
    }
    response.writeHead(answer.statusCode ?? 502, { "content-type": answer.headers["content-type"] });
    response.end(text);
  }

  async #forward({ method, url, headers }: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
    const { hostname, port, host } = this.#target;
    const options = { hostname, port, method, path: url, agent: false, headers: { ...headers, host } };
    const request = http.request(options).end(body);
    const [answer] = (await once(request, "response")) as [IncomingMessage];
    return answer;
  }
}

async function collect(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function isWrite({ method, url }: IncomingMessage): boolean {
  return method !== "GET" && !(url ?? "").endsWith("/bulk/get");
}

/** Which keys are written or deleted: those of the path, or of a bulk request's body. */
function keysOf({ url }: IncomingMessage, body: Buffer): readonly string[] {
  const [, key] = /\/values\/([^?]+)/.exec(url ?? "") ?? [];
  if (key !== undefined) return [decodeURIComponent(key)];
  const pairs = JSON.parse(body.toString()) as (string | { readonly key: string })[];
  return pairs.map((pair) => (typeof pair === "string" ? pair : pair.key));
}
