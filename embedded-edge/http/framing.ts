import { type RawFields, valuesOf } from "./fields.ts";

/** How a request's body is delimited: not at all, by a length in bytes, or in chunks. */
export type Framing = "none" | "chunked" | number;

/**
 * The framing of an HTTP/1.1 request that Node's parser has accepted; it refuses messages with both
 * Transfer-Encoding and Content-Length, or with several lengths (RFC 9112 6.3).
 *
 * @returns `undefined` for a transfer coding other than chunked, to be answered 501 (RFC 9112 6.1)
 */
export function requestFraming(raw: RawFields): Framing | undefined {
  const codings = valuesOf(raw, "transfer-encoding");
  if (codings.length > 0) {
    return codings.length === 1 && codings[0]?.trim().toLowerCase() === "chunked" ? "chunked" : undefined;
  }
  const length = Number(valuesOf(raw, "content-length")[0] ?? 0);
  return length === 0 ? "none" : length;
}

/** The fields that tell a framing to the next hop. Methods that usually bear a body say so when they do not. */
export function framingFields(framing: Framing, method: string): string[] {
  if (framing === "chunked") return ["Transfer-Encoding", "chunked"];
  if (framing !== "none") return ["Content-Length", String(framing)];
  return method === "POST" || method === "PUT" || method === "PATCH" ? ["Content-Length", "0"] : [];
}
