/** Gets the DNS message out of a request (RFC 8484 4.1). */
import { MAX_MESSAGE_OCTETS } from "../wire/message.ts";
import type { AskedUrl } from "./asked-url.ts";
import { fromBase64Url } from "./base64url.ts";
import { HttpError } from "./http-error.ts";

export const DNS_MESSAGE_TYPE = "application/dns-message";

/** What MAX_MESSAGE_OCTETS take in base64url. */
const MAX_BASE64_CHARS = Math.ceil((MAX_MESSAGE_OCTETS * 4) / 3);

/** @throws HttpError 400 or 413. */
export function octetsOfGet(url: AskedUrl): Uint8Array {
  const [text, ...more] = url.searchParams.getAll("dns");
  if (text === undefined || more.length > 0) {
    throw new HttpError(400, "Bad Request: give one `dns` parameter with a DNS message in base64url.");
  }
  if (text.length > MAX_BASE64_CHARS) throw tooLarge();
  const octets = fromBase64Url(text);
  if (octets === undefined) {
    throw new HttpError(400, "Bad Request: the `dns` parameter is not base64url without padding.");
  }
  return octets;
}

/** @throws HttpError 413 or 415. */
export async function octetsOfPost(request: Request): Promise<Uint8Array> {
  const mediaType = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (mediaType !== DNS_MESSAGE_TYPE) {
    throw new HttpError(415, `Unsupported Media Type: send ${DNS_MESSAGE_TYPE}.`, {
      "accept-post": DNS_MESSAGE_TYPE,
    });
  }
  const declared = request.headers.get("content-length");
  if (declared === null) return readLimited(request.body);
  if (Number(declared) > MAX_MESSAGE_OCTETS) throw tooLarge();
  const octets = new Uint8Array(await request.arrayBuffer());
  if (octets.length > MAX_MESSAGE_OCTETS) throw tooLarge();
  return octets;
}

/** Reads a body of unknown length, and no more of it than a message can be long. */
async function readLimited(body: ReadableStream<Uint8Array> | null): Promise<Uint8Array> {
  const octets = new Uint8Array(MAX_MESSAGE_OCTETS);
  let length = 0;
  const reader = body?.getReader();
  for (let chunk = await reader?.read(); chunk?.value !== undefined; chunk = await reader?.read()) {
    if (length + chunk.value.length > MAX_MESSAGE_OCTETS) {
      await reader?.cancel();
      throw tooLarge();
    }
    octets.set(chunk.value, length);
    length += chunk.value.length;
  }
  return octets.slice(0, length);
}

function tooLarge(): HttpError {
  return new HttpError(413, `Content Too Large: a DNS message has at most ${MAX_MESSAGE_OCTETS} octets.`);
}
