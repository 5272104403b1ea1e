/** Apache's MD5 of passwords (httpd "Password Formats", APR `apr_md5_encode`). */
import { type Bytes, utf8 } from "../../../../contract/index.ts";

const PREFIX = "$apr1$";
const ROUNDS = 1000;
const ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Which bytes of the digest make four characters each; the last one makes two by itself. */
const GROUPS = [
  [0, 6, 12],
  [1, 7, 13],
  [2, 8, 14],
  [3, 9, 15],
  [4, 10, 5],
] as const;

/**
 * The hash of a password under the salt of another hash, `$apr1$salt$…`.
 *
 * @returns `undefined` for what is no such hash
 */
export async function apr1(password: Bytes, like: string): Promise<string | undefined> {
  const [, saltText] = /^\$apr1\$([^$]{1,8})\$/.exec(like) ?? [];
  if (saltText === undefined) return undefined;
  const salt = utf8(saltText);
  const inner = await md5(password, salt, password);
  const first = [password, utf8(PREFIX), salt];
  for (let left = password.length; left > 0; left -= inner.length) {
    first.push(inner.subarray(0, Math.min(left, inner.length)));
  }
  for (let bits = password.length; bits > 0; bits >>= 1) {
    first.push((bits & 1) === 1 ? new Uint8Array(1) : password.subarray(0, 1));
  }
  let digest = await md5(...first);
  for (let round = 0; round < ROUNDS; round++) {
    const isOdd = round % 2 === 1;
    const parts = [isOdd ? password : digest];
    if (round % 3 !== 0) parts.push(salt);
    if (round % 7 !== 0) parts.push(password);
    parts.push(isOdd ? digest : password);
    digest = await md5(...parts);
  }
  return `${PREFIX}${saltText}$${encode(digest)}`;
}

function encode(digest: Uint8Array): string {
  const byte = (index: number) => digest[index] ?? 0;
  const groups = GROUPS.map(([a, b, c]) => characters((byte(a) << 16) | (byte(b) << 8) | byte(c), 4));
  return groups.join("") + characters(byte(11), 2);
}

/** Six bits a character, the lowest first. */
function characters(bits: number, count: number): string {
  return Array.from({ length: count }, (_, index) => ALPHABET[(bits >> (6 * index)) & 63] ?? "").join("");
}

async function md5(...parts: readonly Bytes[]): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("MD5", joined(parts)));
}

function joined(parts: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
