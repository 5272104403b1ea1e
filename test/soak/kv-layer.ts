/**
 * A KV store as an agent may meet it, in front of the edge's KV API: requests that fail before or after they are carried
 * out, and writes that are confirmed now and seen by anybody later, each key in its own time.
 */
import { once } from "node:events";
import http, { type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

export interface KvFaults {
  /** The share of requests that fail. */
  readonly errors: number;
  /** The longest that a write is not seen, in milliseconds. */
  readonly visibleMs: number;
}

interface Pair {
  readonly key: string;
  readonly value: string;
}

const AWAY_MS = 100;

export class KvLayer {
  faults: KvFaults = { errors: 0, visibleMs: 0 };
  readonly #target: URL;
  readonly #random: () => number;
  readonly #onWritten: (key: string, value: string) => Promise<void>;
  readonly #server: Server;
  readonly #agent = new http.Agent({ keepAlive: true });
  /** By key: what is done to it comes to be seen in the order in which it was done. */
  readonly #pending = new Map<string, Promise<void>>();
  #closed = false;

  private constructor(
    target: string,
    random: () => number,
    onWritten: (key: string, value: string) => Promise<void>,
  ) {
    this.#target = new URL(target);
    this.#random = random;
    this.#onWritten = onWritten;
    this.#server = http.createServer((request, response) => {
      this.#handle(request, response).catch(() => response.destroy());
    });
  }

  /**
   * @param target the URL of the edge's KV API.
   * @param onWritten told of every pair before it can be seen.
   */
  static async start(
    target: string,
    random: () => number,
    onWritten: (key: string, value: string) => Promise<void>,
  ): Promise<KvLayer> {
    const layer = new KvLayer(target, random, onWritten);
    layer.#server.listen(0, "127.0.0.1");
    await once(layer.#server, "listening");
    return layer;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}${this.#target.pathname}`;
  }

  /** How many keys have writes that are not seen yet. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Resolves when everything is seen that was written. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending.values());
  }

  async close(): Promise<void> {
    this.#closed = true;
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    this.#agent.destroy();
    await closed;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await collect(request);
    const { method = "GET", url = "", headers } = request;
    const fails = this.#random() < this.faults.errors;
    // A third each: refused, cut off before it is done, cut off after it is done.
    const how = fails ? Math.floor(this.#random() * 3) : undefined;
    if (how === 0) return answer(response, 500, failure("the run refuses this request"));
    if (how === 1) {
      response.destroy();
      return;
    }
    const isWrite = method === "PUT" && url.endsWith("/bulk");
    const isDelete = url.endsWith("/bulk/delete");
    let reply: { status: number; text: string };
    if (isWrite) {
      const pairs = JSON.parse(body) as Pair[];
      for (const { key, value } of pairs) await this.#onWritten(key, value);
      reply = await this.#later(pairs, ({ key }) => key, { method, url, headers }, body);
    } else if (isDelete) {
      reply = await this.#later(JSON.parse(body) as string[], String, { method, url, headers }, body);
    } else reply = await this.#forward({ method, url, headers }, body);
    if (how === 2) response.destroy();
    else answer(response, reply.status, reply.text);
  }

  /** Confirms a bulk request, and has each of its items seen in a while. */
  async #later<T>(
    items: readonly T[],
    keyOf: (item: T) => string,
    request: Forwarded,
    body: string,
  ): Promise<{ status: number; text: string }> {
    const { visibleMs } = this.faults;
    const waits = items.some((item) => this.#pending.has(keyOf(item)));
    if (visibleMs === 0 && !waits) return this.#forward(request, body);
    for (const item of items) {
      const key = keyOf(item);
      const before = this.#pending.get(key) ?? Promise.resolve();
      const since = performance.now() + this.#random() * visibleMs;
      const seen = before.then(() => this.#carryOut(since, request, item));
      this.#pending.set(key, seen);
      void seen.finally(() => {
        if (this.#pending.get(key) === seen) this.#pending.delete(key);
      });
    }
    const result = { successful_key_count: items.length, unsuccessful_keys: [] };
    return { status: 200, text: JSON.stringify({ success: true, errors: [], messages: [], result }) };
  }

  async #carryOut(since: number, request: Forwarded, item: unknown): Promise<void> {
    await delay(Math.max(0, since - performance.now()));
    while (!this.#closed) {
      try {
        const { status } = await this.#forward(request, JSON.stringify([item]));
        if (status === 200) return;
      } catch {
        // The edge is being restarted.
      }
      await delay(AWAY_MS);
    }
  }

  async #forward(
    { method, url, headers }: Forwarded,
    body: string,
  ): Promise<{ status: number; text: string }> {
    const { hostname, port, host } = this.#target;
    const length = method === "GET" ? {} : { "content-length": Buffer.byteLength(body) };
    const { "transfer-encoding": _, "content-length": __, connection: ___, ...passed } = headers;
    const request = http.request({
      hostname,
      port,
      method,
      path: url,
      agent: this.#agent,
      headers: { ...passed, ...length, host },
    });
    request.end(method === "GET" ? undefined : body);
    const [response] = (await once(request, "response")) as [IncomingMessage];
    return { status: response.statusCode ?? 502, text: await collect(response) };
  }
}

type Forwarded = Pick<IncomingMessage, "method" | "headers"> & { readonly url: string };

function failure(message: string): string {
  const errors = [{ code: 10001, message }];
  return JSON.stringify({ success: false, errors, messages: [], result: null });
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "application/json" }).end(text);
}

async function collect(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
