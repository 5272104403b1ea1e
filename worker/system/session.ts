/**
 * Sessions of the pages: a cookie that says until when it holds, signed with the token that it was begun with. It is not
 * the token, nor can that be read from it, and it ends with it: where the token changes no session is left.
 */
import { fromBase64, toBase64, utf8 } from "../../contract/index.ts";

/** The prefix makes browsers refuse it from anywhere but this very host over https (RFC 6265bis 4.1.3.2). */
const SECURE_NAME = "__Host-lintel";
const PLAIN_NAME = "lintel";
const HOURS = 12;
const PURPOSE = "lintel dashboard session";

export interface Session {
  isValid(token: string, now: number): Promise<boolean>;
}

/** @returns the Set-Cookie header */
export async function beginSession(token: string, now: number, isSecure: boolean): Promise<string> {
  const until = Math.floor(now / 1000) + HOURS * 3600;
  const signature = await crypto.subtle.sign("HMAC", await keyOf(token), utf8(`${PURPOSE} ${until}`));
  const value = `${until}.${urlSafe(toBase64(new Uint8Array(signature)))}`;
  return `${cookie(value, isSecure)}; Max-Age=${HOURS * 3600}`;
}

/** @returns the Set-Cookie header */
export function endSession(isSecure: boolean): string {
  return `${cookie("", isSecure)}; Max-Age=0`;
}

function cookie(value: string, isSecure: boolean): string {
  const name = isSecure ? SECURE_NAME : PLAIN_NAME;
  return `${name}=${value}; Path=/; HttpOnly; SameSite=Strict${isSecure ? "; Secure" : ""}`;
}

/** @param header Cookie */
export function sessionOf(header: string | null): Session | undefined {
  const pattern = /(?:^|;\s*)(?:__Host-)?lintel=(\d{1,12})\.([A-Za-z0-9_-]{43})(?=;|$)/g;
  const found = Array.from((header ?? "").matchAll(pattern), ([, until = "", signature = ""]) => ({
    until,
    signature,
  }));
  if (found.length === 0) return undefined;
  return {
    async isValid(token, now) {
      const key = await keyOf(token);
      for (const { until, signature } of found.slice(0, 2)) {
        const bytes = fromBase64(signature.replaceAll("-", "+").replaceAll("_", "/"));
        if (bytes === undefined || Number(until) * 1000 <= now) continue;
        if (await crypto.subtle.verify("HMAC", key, bytes, utf8(`${PURPOSE} ${until}`))) return true;
      }
      return false;
    },
  };
}

function keyOf(token: string): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", utf8(token), { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
    "verify",
  ]);
}

function urlSafe(base64: string): string {
  return base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
