/** Passwords against the hashes of a htpasswd file (httpd "Password Formats"). */
import { compare } from "bcryptjs";
import { fromBase64, utf8 } from "../../../../contract/index.ts";
import { apr1 } from "./apr1.ts";

const SHA1_BYTES = 20;

/** Whether a password takes so long to check that it is felt: bcrypt. */
export function isSlow(hash: string): boolean {
  return /^\$2[aby]\$/.test(hash);
}

/** Takes the same time whatever of the password is wrong. A hash of another form matches nothing. */
export async function matches(password: string, hash: string): Promise<boolean> {
  if (isSlow(hash)) return compare(password, hash);
  const bytes = utf8(password);
  if (hash.startsWith("$apr1$")) {
    const found = await apr1(bytes, hash);
    return found !== undefined && equal(utf8(found), utf8(hash));
  }
  if (hash.startsWith("{SHA}")) return matchesSha1(bytes, hash.slice("{SHA}".length));
  return hash.startsWith("{SSHA}") && matchesSha1(bytes, hash.slice("{SSHA}".length));
}

/** @param encoded in base64: the digest, and the salt that was put behind the password, if any */
async function matchesSha1(password: Uint8Array, encoded: string): Promise<boolean> {
  const decoded = fromBase64(encoded);
  if (decoded === undefined) return false;
  const salt = decoded.subarray(SHA1_BYTES);
  const salted = new Uint8Array(password.length + salt.length);
  salted.set(password);
  salted.set(salt, password.length);
  const digest = await crypto.subtle.digest("SHA-1", salted);
  return equal(new Uint8Array(digest), decoded.subarray(0, SHA1_BYTES));
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && crypto.subtle.timingSafeEqual(a, b);
}
