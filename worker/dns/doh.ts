/** DNS over HTTPS (RFC 8484) at /dns-query and /dns-query/<token>. */
import { type AccessOptions, requireAccess } from "./doh/access.ts";
import { HttpError } from "./doh/http-error.ts";
import { DNS_MESSAGE_TYPE, octetsOfGet, octetsOfPost } from "./doh/query-octets.ts";
import type { PluginPlatform } from "./plugins.ts";
import { createResponder, type Reply, type Snapshot } from "./responder.ts";
import { createResolver } from "./servers.ts";
import { decodeMessage } from "./wire/decode.ts";
import { DnsFormatError } from "./wire/format-error.ts";
import type { Message } from "./wire/message.ts";

/**
 * Answers a request from one snapshot. Every DNS answer is a 200, SERVFAIL too (`snapshot` gives `undefined`, or
 * rejects with SnapshotUnavailableError, while there is none); 400, 401, 403, 404, 405, 413 and 415 otherwise.
 */
export type DohHandler = (
  request: Request,
  client: { readonly address: string },
  snapshot: Snapshot,
) => Promise<Response>;

const PATH = /^\/dns-query(?:\/([^/]*))?$/;

export function createDohHandler(
  options: AccessOptions,
  platform: Omit<PluginPlatform, "resolve">,
): DohHandler {
  const respond = createResponder(createResolver(platform));
  // Whoever is let in sees everything; what others resolve for it is not for everybody.
  const visible = { forward: options.access !== "public" };
  return async (request, { address }, snapshot) => {
    try {
      const url = new URL(request.url);
      const pathToken = pathTokenOf(url);
      requireMethod(request.method);
      requireAccess(options, { address, authorization: request.headers.get("authorization"), pathToken });
      const octets = request.method === "POST" ? await octetsOfPost(request) : octetsOfGet(url);
      const query = queryOf(octets);
      return toResponse(
        await respond(query, { client: { address }, visible }, snapshot),
        request.method === "HEAD",
      );
    } catch (error) {
      if (error instanceof HttpError) return error.toResponse();
      throw error;
    }
  };
}

function pathTokenOf({ pathname }: URL): string | undefined {
  const match = PATH.exec(pathname);
  if (match === null) throw new HttpError(404, "Not Found: DNS queries go to /dns-query.");
  const token = match[1];
  if (token === undefined || token === "") return undefined;
  try {
    return decodeURIComponent(token);
  } catch (error) {
    if (error instanceof URIError) return token;
    throw error;
  }
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
      "cache-control": lifetime > 0 ? `max-age=${lifetime}` : "no-store",
    },
  });
}
