/**
 * What the embedded edge's listener tells the Worker of the client, in one header that nobody else can write: the
 * listener drops it from requests and puts in its own, with a secret drawn at start.
 */

export const CLIENT_FACTS_HEADER = "lintel-client";

/**
 * The response header in which the Worker tells the embedded edge's listener what the access log is to say of a request:
 * a JSON object, which the listener ends and writes. No client sees it.
 */
export const ACCESS_RECORD_HEADER = "lintel-access";

export interface ClientFacts {
  /** Canonical text (address.ts). */
  readonly address: string;
  readonly scheme: "http" | "https";
  /** The port that the client connected to. */
  readonly port: number;
  /** SHA-256 of a client certificate that was verified, in hexadecimal; the embedded edge asks for none. */
  readonly certificate?: string | undefined;
  /** The port where the same edge serves https, if the one that the client connected to serves http. */
  readonly httpsPort?: number | undefined;
}

export function encodeClientFacts(facts: ClientFacts, secret: string): string {
  const { scheme, port, address, httpsPort } = facts;
  return `${secret} ${scheme} ${port} ${address}${httpsPort === undefined ? "" : ` ${httpsPort}`}`;
}

/** `undefined` unless the header bears the secret: then the listener wrote it, and its form is known. */
export function decodeClientFacts(header: string | null, secret: string): ClientFacts | undefined {
  if (secret === "" || !header?.startsWith(`${secret} `)) return undefined;
  const [scheme, port, address, httpsPort] = header.slice(secret.length + 1).split(" ");
  if ((scheme !== "http" && scheme !== "https") || address === undefined) return undefined;
  const facts = { address, scheme, port: Number(port) } as const;
  return httpsPort === undefined ? facts : { ...facts, httpsPort: Number(httpsPort) };
}
