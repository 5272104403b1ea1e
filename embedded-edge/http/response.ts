import { endToEndFields, type RawFields } from "./fields.ts";

/** How large a response's head may be: what Cloudflare allows a Worker. */
export const MAX_RESPONSE_HEAD = 128 * 1024;

/** The fields of a response to pass on. A 204 has no length (RFC 9110 8.6). */
export function responseFields(status: number, raw: RawFields, dropped: (name: string) => boolean): string[] {
  return endToEndFields(raw, (name) => dropped(name) || (status === 204 && name === "content-length"));
}
