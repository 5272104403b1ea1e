/** The sockets that clients connect to, in the clear and with TLS. */
import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttpsServer, type Server as HttpsServer } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { SecureContext, TLSSocket } from "node:tls";
import { callbackify } from "node:util";
import { errorText } from "../errors.ts";
import { listen } from "../listen.ts";
import type { EdgeLog, ListenAddress } from "../options.ts";
import { type AccessLog, connectionLogs } from "./access-log.ts";
import { connectionFacts } from "./connection-facts.ts";
import { HTTP1_OPTIONS, type Service, serveHttp1 } from "./http1.ts";
import { serveHttp2 } from "./http2.ts";
import type { WorkerUpstream } from "./worker-upstream.ts";

type HttpServer = Server | HttpsServer;

export interface Listener {
  readonly address: ListenAddress;
  /** Takes no more connections and requests, and lets running ones finish within a time in milliseconds. */
  close(graceMs: number): Promise<void>;
}

export interface ListenerOptions {
  readonly address: ListenAddress;
  readonly upstream: WorkerUpstream;
  /** The secret of LINTEL_CLIENT_SECRET. */
  readonly clientSecret: string;
  /** Where the same edge serves https, for the listener that serves http. */
  readonly httpsPort?: number | undefined;
  readonly log: EdgeLog;
  /** Absent where none is kept. */
  readonly access?: AccessLog | undefined;
}

/** A key pair for handshakes without a server name, in PEM. */
export interface KeyPair {
  readonly key: string;
  readonly cert: string;
}

export interface TlsCertificates {
  /** The certificate for a client that asks for a server name (SNI). */
  contextFor(serverName: string): Promise<SecureContext>;
  /** The certificate for a client that asks for none. */
  defaultPair(): Promise<KeyPair>;
}

const HANDSHAKE_MS = 10_000;
const SWEEP_MS = 50;
const DEFAULT_PAIR_CHECK_MS = 24 * 60 * 60 * 1000;

/** @throws ListenError */
export async function startHttpListener(options: ListenerOptions): Promise<Listener> {
  const closing = new AbortController();
  const server = createHttpServer(HTTP1_OPTIONS);
  const connections = openConnections(server);
  const webSockets = serveHttp1(server, serviceOf(options, "http", closing.signal));
  const address = await listen(server, "http", options.address);
  return {
    address,
    close: (graceMs) => {
      closing.abort();
      return drain(server, { connections, webSockets }, graceMs);
    },
  };
}

/**
 * TLS 1.2 and 1.3, with HTTP/2 or HTTP/1.1 by ALPN.
 *
 * @throws ListenError
 */
export async function startHttpsListener(
  options: ListenerOptions,
  certificates: TlsCertificates,
): Promise<Listener> {
  const closing = new AbortController();
  const service = serviceOf(options, "https", closing.signal);
  const server = createHttpsServer({
    ...HTTP1_OPTIONS,
    ...(await certificates.defaultPair()),
    ALPNProtocols: ["h2", "http/1.1", "http/1.0"],
    minVersion: "TLSv1.2",
    handshakeTimeout: HANDSHAKE_MS,
    SNICallback: callbackify((serverName: string) => certificates.contextFor(serverName)),
  });
  const connections = openConnections(server);
  const webSockets = serveHttp1(server, service);
  const http2 = serveHttp2(service);
  server.on("tlsClientError", (error) =>
    options.log.debug({ error: errorText(error) }, "a handshake failed"),
  );
  byProtocol(server, (socket) => http2.accept(socket));
  const renewal = setInterval(() => {
    certificates.defaultPair().then(
      (pair) => server.setSecureContext({ ...pair, minVersion: "TLSv1.2" }),
      (error: unknown) =>
        options.log.error({ error: errorText(error) }, "the default certificate cannot be renewed"),
    );
  }, DEFAULT_PAIR_CHECK_MS).unref();
  const address = await listen(server, "https", options.address);
  return {
    address,
    close: (graceMs) => {
      closing.abort();
      clearInterval(renewal);
      http2.drain();
      return drain(server, { connections, webSockets }, graceMs);
    },
  };
}

function serviceOf(options: ListenerOptions, scheme: "http" | "https", closing: AbortSignal): Service {
  return {
    upstream: options.upstream,
    factsOf: connectionFacts(scheme, options.clientSecret, options.httpsPort),
    log: options.log,
    logOf: connectionLogs(options.access),
    isDraining: () => closing.aborted,
  };
}

/** Hands connections that chose HTTP/2 over, and leaves the others to Node's HTTPS server. */
function byProtocol(server: HttpsServer, acceptHttp2: (socket: TLSSocket) => void): void {
  const listeners = server.listeners("secureConnection");
  server.removeAllListeners("secureConnection");
  server.on("secureConnection", (socket) => {
    if (socket.alpnProtocol === "h2") acceptHttp2(socket);
    else for (const listener of listeners) Reflect.apply(listener, server, [socket]);
  });
}

/**
 * Stops a server: WebSockets at once, resting connections at once, others when their request is done, and all that
 * are left after the time. HTTP/2 connections close by themselves once they are told to (Http2Service.drain).
 */
async function drain(
  server: HttpServer,
  parts: { connections: ReadonlySet<Socket>; webSockets: ReadonlySet<Duplex> },
  graceMs: number,
): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  for (const client of parts.webSockets) client.destroy();
  // A connection that is in use now rests, and can be closed, when its request has been answered.
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  const deadline = setTimeout(() => {
    for (const connection of parts.connections) connection.destroy();
  }, graceMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(deadline);
}

/** Every connection of a server, whatever it speaks, handshakes under way among them. */
function openConnections(server: HttpServer): ReadonlySet<Socket> {
  const connections = new Set<Socket>();
  server.on("connection", (connection: Socket) => {
    connections.add(connection);
    connection.once("close", () => connections.delete(connection));
  });
  return connections;
}
