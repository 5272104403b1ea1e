/** Clients that reach an edge on loopback under any hostname. */
import { readFile } from "node:fs/promises";
import http from "node:http";
import http2 from "node:http2";
import https from "node:https";
import { Readable, type Writable } from "node:stream";
import type { TLSSocket } from "node:tls";
import type { Seen } from "./pods.ts";

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  readonly bytes: Buffer;
  readonly json: () => Seen;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: http.OutgoingHttpHeaders;
  /** The length of one that streams is not announced. */
  readonly body?: string | Buffer | Readable;
}

function answer(status: number, headers: http.IncomingHttpHeaders, chunks: readonly Buffer[]): Answer {
  const bytes = Buffer.concat(chunks);
  const body = bytes.toString();
  return { status, headers, body, bytes, json: () => JSON.parse(body) as Seen };
}

function send(body: Ask["body"], to: Writable): void {
  if (body instanceof Readable) body.pipe(to);
  else to.end(body);
}

async function collect(request: http.ClientRequest, body: Ask["body"]): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  // Node announces no length of its own accord for methods that seldom have a body.
  if (body !== undefined && !(body instanceof Readable)) {
    request.setHeader("content-length", Buffer.byteLength(body));
  }
  send(body, request.on("response", resolve).on("error", reject));
  const response = await promise;
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return answer(response.statusCode ?? 0, response.headers, chunks);
}

/** A request on a connection of its own. `path` goes over the wire as it stands. */
export function get(
  port: number,
  host: string,
  path: string,
  { method, headers, body }: Ask = {},
): Promise<Answer> {
  const options = { port, host: "127.0.0.1", path, method: method ?? "GET", agent: false };
  return collect(http.request({ ...options, headers: { host, ...headers } }), body);
}

export interface TlsAnswer extends Answer {
  readonly protocol: string | null;
  /** The leaf's subject alternative names, as OpenSSL prints them. */
  readonly names: string | undefined;
  readonly issuer: string | undefined;
}

export interface TlsAsk extends Ask {
  readonly ca: string | Buffer;
  readonly maxVersion?: "TLSv1.2" | "TLSv1.3";
}

/** HTTP/1.1 over TLS. Rejects when the certificate is not by `ca` or does not cover the host. */
export async function getTls(port: number, host: string, path: string, ask: TlsAsk): Promise<TlsAnswer> {
  const request = https.request({
    port,
    host: "127.0.0.1",
    servername: host,
    path,
    method: ask.method ?? "GET",
    headers: { host: `${host}:${port}`, ...ask.headers },
    agent: false,
    ca: ask.ca,
    maxVersion: ask.maxVersion,
  });
  let socket: TLSSocket | undefined;
  request.on("response", (response) => {
    socket = response.socket as TLSSocket;
  });
  const found = await collect(request, ask.body);
  const certificate = socket?.getPeerCertificate();
  return {
    ...found,
    protocol: socket?.getProtocol() ?? null,
    names: certificate?.subjectaltname,
    issuer: certificate?.issuer.CN as string | undefined,
  };
}

/** HTTP/2 over TLS, on one connection for several requests, as a browser has it. */
export async function withHttp2<T>(
  port: number,
  host: string,
  ca: string | Buffer,
  use: (request: (path: string, ask?: Ask) => Promise<Answer>) => Promise<T>,
): Promise<T> {
  const session = http2.connect(`https://${host}:${port}`, {
    ca,
    lookup: (_, options, callback) => {
      if (options.all === true) callback(null, [{ address: "127.0.0.1", family: 4 }]);
      else callback(null, "127.0.0.1", 4);
    },
  });
  const failed = new Promise<never>((_, reject) => session.on("error", reject));
  const request = async (path: string, { method = "GET", headers, body }: Ask = {}): Promise<Answer> => {
    const stream = session.request({ ":path": path, ":method": method, ...headers });
    send(body, stream);
    const { promise, resolve, reject } = Promise.withResolvers<http2.IncomingHttpHeaders>();
    stream.on("response", resolve).on("error", reject);
    const received = await promise;
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return answer(Number(received[":status"]), received, chunks);
  };
  try {
    return await Promise.race([use(request), failed]);
  } finally {
    session.destroy();
  }
}

/** Asks until the answer is the one hoped for: what a publish changes, changes without a request to wait on. */
export async function eventually<T>(ask: () => Promise<T>, hoped: (value: T) => boolean): Promise<T> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const value = await ask();
    if (hoped(value)) return value;
    if (performance.now() > deadline) throw new Error(`it never came: ${JSON.stringify(value)}`);
  }
}

export const readCa = (file: string) => readFile(file);
