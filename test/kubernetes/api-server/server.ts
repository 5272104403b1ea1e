/** The listening side: connections, authentication, faults, and the answers' way out. */
import http, { type IncomingMessage, type Server, type ServerResponse } from "node:http";
import https from "node:https";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { answer, type AnswerContext, type Body } from "./answer.ts";
import { discover } from "./discovery.ts";
import type { Fault, Faults } from "./faults.ts";
import { type Parsed, parseRequest } from "./request.ts";
import type { RequestLog } from "./request-log.ts";
import { ApiError } from "./status.ts";
import type { Watches } from "./watches.ts";

export interface ServerParts extends AnswerContext {
  readonly watches: Watches;
  readonly faults: Faults;
  readonly log: RequestLog;
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
}

/** As Go's server: clients keep connections for longer than Node's default of 5 s. */
const KEEP_ALIVE_MS = 90_000;

export class ApiListener {
  readonly #parts: ServerParts;
  #server: Server | undefined;
  #port = 0;

  constructor(parts: ServerParts) {
    this.#parts = parts;
  }

  get url(): string {
    return `${this.#parts.tls === undefined ? "http" : "https"}://127.0.0.1:${this.#port}`;
  }

  /** On the port that it had before, if any. */
  async listen(): Promise<void> {
    const { tls } = this.#parts;
    const handle = (request: IncomingMessage, response: ServerResponse) => {
      this.#handle(request, response).catch((error: unknown) => response.destroy(error as Error));
    };
    const options = { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 };
    const server =
      tls === undefined
        ? http.createServer(options, handle)
        : https.createServer({ ...options, ...tls }, handle);
    this.#server = server;
    server.listen(this.#port, "127.0.0.1");
    await once(server, "listening");
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Cuts every connection. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await read(request);
    const parsed = parseRequest(request, this.#parts.now());
    this.#parts.log.add(parsed.request);
    const fault = this.#parts.faults.take(parsed.request);
    if (fault === "hang") return;
    if (fault === "reset") {
      response.socket?.resetAndDestroy();
      return;
    }
    try {
      if (fault !== undefined) throw errorOf(fault);
      this.#answer(request, parsed, body, response);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      refuse(response, error, fault?.retryAfter ?? error.details?.retryAfterSeconds);
    }
  }

  #answer(
    incoming: IncomingMessage,
    { request, resource }: Parsed,
    body: Body,
    response: ServerResponse,
  ): void {
    const { access, watches } = this.#parts;
    const found = discover(request.path);
    if (typeof found === "string") {
      send(response, 200, "text/plain; charset=utf-8", found);
      return;
    }
    access.authenticate(incoming.headers.authorization);
    if (found !== undefined) {
      sendJson(response, 200, found);
      return;
    }
    if (resource === undefined) {
      throw new ApiError(404, "NotFound", "the server could not find the requested resource");
    }
    const { verb, subresource = "", namespace = "", name = "" } = request;
    // Everybody may ask what they may (ClusterRole system:basic-user).
    if (resource.kind !== "SelfSubjectAccessReview") {
      access.authorize(resource, { ...resource, verb, subresource, namespace, name });
    }
    if (verb === "watch") {
      watches.open(request, resource, response);
      return;
    }
    const { code, body: json } = answer(this.#parts, request, resource, body);
    sendJson(response, code, json);
  }
}

async function read(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const [type = ""] = (request.headers["content-type"] ?? "").split(";");
  return { type: type.trim(), text: Buffer.concat(chunks).toString() };
}

function errorOf({ status, reason, message }: Exclude<Fault, string>): ApiError {
  return new ApiError(status, reason ?? "InternalError", message ?? "a fault that the test asked for");
}

function refuse(response: ServerResponse, error: ApiError, retryAfter: number | undefined): void {
  if (retryAfter !== undefined) response.setHeader("retry-after", String(retryAfter));
  sendJson(response, error.code, error.status);
}

function sendJson(response: ServerResponse, code: number, body: unknown): void {
  send(response, code, "application/json", JSON.stringify(body));
}

/** Without a length: in chunks. */
function send(response: ServerResponse, code: number, type: string, text: string): void {
  response.writeHead(code, { "content-type": type });
  response.write(text);
  response.end();
}
