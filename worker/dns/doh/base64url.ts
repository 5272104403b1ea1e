import { toBase64 } from "../../../contract/index.ts";

const INVALID = 0xff;

const VALUES = (() => {
  const values = new Uint8Array(128).fill(INVALID);
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (let i = 0; i < alphabet.length; i++) values[alphabet.charCodeAt(i)] = i;
  return values;
})();

/** Decodes base64url without padding (RFC 4648 5, RFC 8484 6); `undefined` for any other text. */
export function fromBase64Url(text: string): Uint8Array | undefined {
  if (text.length % 4 === 1) return undefined;
  const octets = new Uint8Array(Math.floor((text.length * 3) / 4));
  let at = 0;
  let bits = 0;
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const value = VALUES[text.charCodeAt(i)] ?? INVALID;
    if (value === INVALID) return undefined;
    bits = ((bits << 6) | value) & 0xffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      octets[at++] = bits >> count;
    }
  }
  return octets;
}

/** Without padding. */
export function toBase64Url(octets: Uint8Array): string {
  return toBase64(octets).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
