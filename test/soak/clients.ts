/** Clients of the edge that keep their connections: HTTP, HTTPS and DNS over HTTP/2, each its own. */
import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import https from "node:https";
import { decode, encode, type Answer as DnsRecord } from "dns-packet";
import type { DnsAnswer, WebAnswer } from "./checker.ts";
import { SERVICE_NAME } from "./objects.ts";

export interface Address {
  readonly http: number;
  readonly https: number;
  readonly ca: string;
  readonly systemHost: string;
}

export interface Clients {
  /** @param host a host of an Ingress; `record` is what it is called in the snapshot. */
  http(host: string, record: string): Promise<WebAnswer>;
  https(host: string, record: string): Promise<WebAnswer>;
  /** The addresses of the Service. */
  dns(): Promise<DnsAnswer>;
  close(): void;
}

const CONNECTIONS = 3;
const TIMEOUT_MS = 15_000;

export function openClients(address: Address): Clients {
  const plain = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const secure = new https.Agent({ keepAlive: true, maxSockets: CONNECTIONS, ca: address.ca });
  let session: http2.ClientHttp2Session | undefined;

  async function web(request: http.ClientRequest, host: string): Promise<WebAnswer> {
    request.end();
    const [response] = (await once(request, "response")) as [http.IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    return {
      kind: "web",
      host,
      status: response.statusCode ?? 0,
      generation: generationIn(response.headers),
      exposed: response.headers["access-control-expose-headers"] ?? "",
      body: Buffer.concat(chunks).toString(),
    };
  }

  function connect(): http2.ClientHttp2Session {
    if (session !== undefined && !session.closed && !session.destroyed) return session;
    const opened = http2.connect(`https://${address.systemHost}:${address.https}`, {
      ca: address.ca,
      host: "127.0.0.1",
    });
    // Those that wait for an answer hear of it as well.
    opened.on("error", () => opened.destroy());
    opened.on("goaway", () => opened.close());
    session = opened;
    return opened;
  }

  const options = (host: string) => ({
    host: "127.0.0.1",
    path: "/some/where?x=1",
    headers: { host, origin: "https://elsewhere.test", "x-lintel-debug": "1" },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });

  return {
    http: (host, record) => web(http.request({ ...options(host), port: address.http, agent: plain }), record),
    https: (host, record) =>
      web(https.request({ ...options(host), port: address.https, agent: secure, servername: host }), record),
    async dns() {
      const query = encode({ type: "query", questions: [{ type: "A", name: SERVICE_NAME }] });
      const stream = connect().request(
        { ":path": `/dns-query?dns=${query.toString("base64url")}`, "x-lintel-debug": "1" },
        { signal: AbortSignal.timeout(TIMEOUT_MS) },
      );
      // A session that is destroyed takes its streams along without an error.
      const broken = once(stream, "close").then(() => Promise.reject(new Error("the connection broke")));
      const [headers] = (await Promise.race([once(stream, "response"), broken])) as [
        http2.IncomingHttpHeaders,
      ];
      broken.catch(() => undefined);
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      const status = Number(headers[":status"]);
      const message = status === 200 ? decode(Buffer.concat(chunks)) : undefined;
      return {
        kind: "dns",
        status,
        generation: generationIn(headers),
        rcode: message === undefined ? "" : (message as unknown as { rcode: string }).rcode,
        addresses: (message?.answers ?? []).map(addressOf).filter((text) => text !== undefined),
      };
    },
    close() {
      plain.destroy();
      secure.destroy();
      session?.destroy();
    },
  };
}

function addressOf(record: DnsRecord): string | undefined {
  return record.type === "A" ? record.data : undefined;
}

function generationIn(headers: http.IncomingHttpHeaders): number | undefined {
  const text = headers["x-lintel-generation"];
  return typeof text === "string" ? Number(text) : undefined;
}
