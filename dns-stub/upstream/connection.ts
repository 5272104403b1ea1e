/** One connection to one resolver: HTTP/2, or HTTP/1.1 where it speaks nothing else. */
import { Client, buildConnector } from "undici";
import { MAX_MESSAGE_OCTETS } from "../../worker/dns/wire/message.ts";
import { ATTEMPT_MS, DEADLINE_MS, MAX_EXCHANGES } from "../limits.ts";
import type { ResolverOptions } from "../options.ts";
import { UpstreamError } from "./error.ts";
import type { Lookup } from "./host-lookup.ts";

const MEDIA_TYPE = "application/dns-message";
/** Idle connections stay: the next question need not wait for handshakes. Servers close them when they like. */
const KEEP_ALIVE_MS = 300_000;
/** A connection that the network lost without a word is found out by a ping. */
const PING_MS = 30_000;

export interface ConnectionOptions extends ResolverOptions {
  readonly token: string | undefined;
  readonly ca: string | undefined;
  readonly lookup: Lookup;
}

export interface Received {
  readonly octets: Uint8Array;
  /** Seconds that the answer spent in HTTP caches (RFC 8484 5.1). */
  readonly age: number;
}

export class Connection {
  readonly #client: Client;
  readonly #host: string;
  readonly #path: string;
  readonly #headers: Record<string, string>;

  constructor(options: ConnectionOptions) {
    const url = new URL(options.url);
    this.#host = url.host;
    this.#path = `${url.pathname}${url.search === "" ? "?" : `${url.search}&`}dns=`;
    this.#headers = { accept: MEDIA_TYPE };
    if (options.token !== undefined) this.#headers["authorization"] = `Bearer ${options.token}`;
    this.#client = new Client(url.origin, {
      connect: connector(options),
      allowH2: true,
      keepAliveTimeout: KEEP_ALIVE_MS,
      h2Options: { maxConcurrentStreams: MAX_EXCHANGES, pingInterval: PING_MS },
    });
  }

  /** @throws UpstreamError */
  async exchange(query: Uint8Array, timeoutMs: number): Promise<Received> {
    const path = this.#path + Buffer.from(query).toString("base64url");
    try {
      const { statusCode, headers, body } = await this.#client.request({
        method: "GET",
        path,
        headers: this.#headers,
        signal: AbortSignal.timeout(timeoutMs),
      });
      const octets = await readBody(body);
      if (statusCode !== 200) throw this.#refusal(statusCode);
      if (mediaType(headers["content-type"]) !== MEDIA_TYPE || octets === undefined) {
        throw new UpstreamError(
          "unusable",
          `${this.#host} is no DoH resolver`,
          "the answer is no DNS message",
        );
      }
      return { octets, age: secondsOf(headers["age"]) };
    } catch (cause) {
      if (cause instanceof UpstreamError) throw cause;
      throw new UpstreamError("unreachable", `${this.#host} cannot be reached`, problemOf(cause), { cause });
    }
  }

  #refusal(status: number): UpstreamError {
    if (status === 401 || status === 403) {
      return new UpstreamError(
        "prohibited",
        `${this.#host} does not let us ask`,
        `HTTP ${status}; check the token`,
      );
    }
    if (status === 429 || status >= 500) {
      return new UpstreamError("failing", `${this.#host} has a failure`, `HTTP ${status}`);
    }
    return new UpstreamError(
      "unusable",
      `${this.#host} is no DoH resolver`,
      `HTTP ${status}; check the URL's path`,
    );
  }

  /** Lets what is under way end in its time, and takes nothing more. */
  retire(): void {
    const end = setTimeout(() => void this.destroy(), DEADLINE_MS);
    end.unref();
    // Closing cannot fail but by the destruction that ends it.
    this.#client.close().then(
      () => clearTimeout(end),
      () => undefined,
    );
  }

  async destroy(): Promise<void> {
    await this.#client.destroy();
  }
}

/** TLS is with the URL's host wherever the connection goes. */
function connector({ url, connect, ca, lookup }: ConnectionOptions): buildConnector.connector {
  const { hostname } = new URL(url);
  const dial = buildConnector({
    allowH2: true,
    timeout: ATTEMPT_MS,
    lookup,
    ...(ca !== undefined && { ca }),
  });
  if (connect === undefined) return dial;
  return (options, callback) => {
    const { host, port } = connect;
    dial({ ...options, host, hostname: host, port: String(port), servername: hostname }, callback);
  };
}

/** `undefined` for more than a message can be. */
async function readBody(body: AsyncIterable<Uint8Array>): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > MAX_MESSAGE_OCTETS) return undefined;
    chunks.push(chunk);
  }
  // A copy: chunks are parts of larger buffers, which would live as long as the message.
  const octets = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    octets.set(chunk, at);
    at += chunk.length;
  }
  return octets;
}

function mediaType(header: string | string[] | undefined): string {
  return String(header ?? "")
    .replace(/;.*$/s, "")
    .trim()
    .toLowerCase();
}

function secondsOf(header: string | string[] | undefined): number {
  return /^\d{1,9}$/.test(String(header)) ? Number(header) : 0;
}

/** The most telling words: what a TLS failure says, the code of a refused connection. */
function problemOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return problemOf(error.errors[0]);
  const { message, code, name } = error as { message?: string; code?: string; name?: string };
  if (name === "TimeoutError") return "no answer in time";
  return message === undefined || message === "" ? (code ?? "no connection") : message;
}
