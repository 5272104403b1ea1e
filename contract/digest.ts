import { toHex, utf8 } from "./bytes.ts";
import * as z from "./schema.ts";

/** SHA-256 in lower-case hexadecimal. */
export const digestSchema = z
  .string()
  .check(z.regex(/^[0-9a-f]{64}$/, "is not a SHA-256 digest in lower-case hexadecimal"));

export async function sha256(text: string): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(text))));
}
