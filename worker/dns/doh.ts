/** DNS over HTTPS (RFC 8484) at /dns-query and /dns-query/<token>, and the same in JSON. */
import type { ClientFacts } from "../../contract/index.ts";
import {
  type Admission,
  createAdmission,
  type AdmissionOptions,
  type AdmissionPlatform,
} from "./doh/admission.ts";
import { askedUrl } from "./doh/asked-url.ts";
import { cacheControl } from "./doh/caching.ts";
import { credentialsOf, isQueryPath } from "./doh/credentials.ts";
import { HttpError } from "./doh/http-error.ts";
import { isJsonQuestion, jsonQuery, jsonReply } from "./doh/json.ts";
import { DNS_MESSAGE_TYPE, octetsOfGet, octetsOfPost } from "./doh/query-octets.ts";
import type { DnsMetrics } from "./metrics.ts";
import type { PluginPlatform } from "./plugins.ts";
import { type Asker, createResponder, type Reply, type Responder, type Snapshot } from "./responder.ts";
import { searching } from "./search.ts";
import { createResolver } from "./servers.ts";
import { decodeMessage } from "./wire/decode.ts";
import { DnsFormatError } from "./wire/format-error.ts";
import type { Message } from "./wire/message.ts";

/**
 * Answers a request from one snapshot. Every DNS answer is a 200, SERVFAIL too (`snapshot` gives `undefined`, or
 * rejects with SnapshotUnavailableError, while there is none); 400, 401, 403, 404, 405, 413, 415 and 429 otherwise, and
 * 503 where only a snapshot could tell whether somebody may ask.
 */
export type DohHandler = (
  request: Request,
  client: Pick<ClientFacts, "address" | "certificate">,
  snapshot: Snapshot,
) => Promise<Response>;

export interface DohOptions extends AdmissionOptions {
  /** Told of every answer; absent where nobody reads it. */
  readonly metrics?: DnsMetrics | undefined;
}

export function createDohHandler(
  options: DohOptions,
  platform: Omit<PluginPlatform, "resolve"> & AdmissionPlatform,
): DohHandler {
  const respond = createResponder(searching(createResolver(platform)));
  const admit = createAdmission(options, platform);
  return async (request, client, snapshot) => {
    try {
      return await answer(request, client, snapshot, respond, admit, options);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      options.metrics?.refused(error.status);
      return error.toResponse();
    }
  };
}

async function answer(
  request: Request,
  client: Parameters<DohHandler>[1],
  snapshot: Snapshot,
  respond: Responder,
  admit: Admission,
  { access, metrics }: DohOptions,
): Promise<Response> {
  const { method } = request;
  const url = askedUrl(request.url);
  if (!isQueryPath(url.pathname)) throw new HttpError(404, "Not Found: DNS queries go to /dns-query.");
  requireMethod(method);
  const admitted = admit(credentialsOf(request, url, client), snapshot);
  const asker = admitted instanceof Promise ? await admitted : admitted;
  const isHead = method === "HEAD";
  if (isJsonQuestion(method, url)) {
    // Any page's script runs on the reader's machine, and may not read what only that machine may ask for.
    const isForPages = access !== "loopback" || asker.client.name !== undefined;
    const reply = await respond(jsonQuery(url), asker, snapshot);
    count(metrics, reply, asker);
    return jsonReply(reply, { isHead, isForPages });
  }
  const octets = method === "POST" ? await octetsOfPost(request) : octetsOfGet(url);
  const answered = respond(queryOf(octets), asker, snapshot);
  const reply = answered instanceof Promise ? await answered : answered;
  count(metrics, reply, asker);
  return toResponse(reply, isHead);
}

function count(metrics: DnsMetrics | undefined, { message, zone }: Reply, { client }: Asker): void {
  metrics?.answered({
    zone,
    type: message.questions[0]?.type,
    rcode: message.rcode,
    asker: client.name,
  });
}

function requireMethod(method: string): void {
  if (method !== "GET" && method !== "HEAD" && method !== "POST") {
    throw new HttpError(405, "Method Not Allowed: ask with GET or POST.", { allow: "GET, HEAD, POST" });
  }
}

function queryOf(octets: Uint8Array): Message {
  try {
    return decodeMessage(octets);
  } catch (error) {
    if (error instanceof DnsFormatError) throw new HttpError(400, `Bad Request: ${error.message}.`);
    throw error;
  }
}

function toResponse({ octets, lifetime }: Reply, isHead: boolean): Response {
  return new Response(isHead ? null : octets, {
    headers: {
      "content-type": DNS_MESSAGE_TYPE,
      "content-length": octets.length.toString(),
      "cache-control": cacheControl(lifetime),
    },
  });
}
