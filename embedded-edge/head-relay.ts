/**
 * Hands a head that was written to KV on to the Worker, as an agent with a head URL would: the Worker then has it in
 * its Durable Object, and serves it when this is done.
 */
import { request } from "undici";
import { CLIENT_FACTS_HEADER, decodeHead, encodeClientFacts, headKey, rootKey } from "../contract/index.ts";

export interface HeadRelayOptions {
  readonly cluster: string;
  readonly systemHost: string;
  /** Reads a key of KV. */
  readonly read: (key: string) => Promise<string | undefined>;
  /** The Worker's port on 127.0.0.1; `undefined` while it is being replaced. */
  readonly workerPort: () => number | undefined;
  readonly clientSecret: string;
}

/** The Worker did not take the head that lies in KV. */
export class HeadRelayError extends Error {
  override name = "HeadRelayError";
}

/** Heads that are handed on already, or that are older than the Worker's, are no failure: KV may be rolled back by hand. */
const TAKEN = new Set([200, 409]);

/** Whoever published waits for this. */
const TIMEOUT_MS = 5_000;

/** @throws HeadRelayError | ContractError; nothing has changed then */
export async function relayHead(options: HeadRelayOptions): Promise<void> {
  const { cluster, systemHost, read, workerPort, clientSecret } = options;
  const text = await read(headKey(cluster));
  if (text === undefined) return;
  const head = decodeHead(text);
  const root = await read(rootKey(cluster, head.generation, head.root));
  if (root === undefined) throw new HeadRelayError("the root that the head in KV names is not there");
  const port = workerPort();
  if (port === undefined) throw new HeadRelayError("the Worker is being restarted");
  const facts = { address: "127.0.0.1", scheme: "http", port: 80 } as const;
  const { statusCode, body } = await request(`http://127.0.0.1:${port}/head`, {
    method: "PUT",
    headers: { host: systemHost, [CLIENT_FACTS_HEADER]: encodeClientFacts(facts, clientSecret) },
    body: root,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  });
  const answer = await body.text();
  if (TAKEN.has(statusCode)) return;
  throw new HeadRelayError(`the Worker answered ${statusCode} (${answer.trim()})`);
}
