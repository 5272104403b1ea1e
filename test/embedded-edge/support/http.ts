/** Small HTTP peers over real sockets. */
import { once } from "node:events";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as httpRequest,
  type RequestListener,
  type Server,
} from "node:http";
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server as TcpServer,
  type Socket,
} from "node:net";

export interface Peer<S> {
  readonly server: S;
  readonly port: number;
  close(): Promise<void>;
}

async function listening<S extends TcpServer>(server: S, sockets: ReadonlySet<Socket>): Promise<Peer<S>> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    server,
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function track(server: TcpServer): Set<Socket> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => sockets.delete(socket));
  });
  return sockets;
}

export function startServer(listener: RequestListener): Promise<Peer<Server>> {
  const server = createServer({ requireHostHeader: false, requestTimeout: 0 }, listener);
  return listening(server, track(server));
}

/** A server that speaks bytes. */
export function startTcpServer(onConnection: (socket: Socket) => void): Promise<Peer<TcpServer>> {
  const server = createTcpServer(onConnection);
  return listening(server, track(server));
}

/** A port that nobody listens on. */
export async function closedPort(): Promise<number> {
  const peer = await startTcpServer((socket) => socket.destroy());
  await peer.close();
  return peer.port;
}

export interface Received {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly text: string;
}

export interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Buffer;
}

/** Sends a request on a connection of its own, and reads the whole answer. Rejects when it is cut short. */
export async function ask(
  port: number,
  { method = "GET", path = "/", headers = {}, body }: Asked,
): Promise<Received> {
  const request = httpRequest({ host: "127.0.0.1", port, method, path, headers, agent: false });
  request.end(body);
  const [response] = (await once(request, "response")) as [IncomingMessage];
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    rawHeaders: response.rawHeaders,
    text: await readText(response),
  };
}

export async function readText(stream: AsyncIterable<Buffer | string>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("latin1");
}

/** Sends bytes, and reads until the server closes. */
export async function sendBytes(port: number, text: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(Buffer.from(text, "latin1"));
  return readText(socket);
}

/** Reads from a stream until the bytes so far contain a text. */
export async function readUntil(stream: NodeJS.ReadableStream, wanted: string): Promise<string> {
  let seen = "";
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const onData = (chunk: Buffer) => {
    seen += chunk.toString("latin1");
    if (seen.includes(wanted)) resolve(seen);
  };
  const onEnd = () => reject(new Error(`ended before ${JSON.stringify(wanted)}: ${JSON.stringify(seen)}`));
  stream.on("data", onData);
  stream.once("end", onEnd);
  stream.once("error", reject);
  try {
    return await promise;
  } finally {
    stream.off("data", onData);
    stream.off("end", onEnd);
    stream.off("error", reject);
  }
}
