import { randomBytes, timingSafeEqual } from "node:crypto";

/** A secret for the life of a process: 256 random bits in hexadecimal. */
export function drawSecret(): string {
  return randomBytes(32).toString("hex");
}

/**
 * Compares in a time that tells nothing about where the texts differ, or by how much: it depends on the length of the
 * expected one alone. Once for each request, so without digests.
 */
export function equalSecrets(given: string, expected: string): boolean {
  const own = Buffer.from(expected);
  const other = Buffer.alloc(own.length);
  other.write(given);
  const isSame = timingSafeEqual(other, own);
  return isSame && Buffer.byteLength(given) === own.length;
}
