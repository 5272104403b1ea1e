import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** A secret for the life of a process: 256 random bits in hexadecimal. */
export function drawSecret(): string {
  return randomBytes(32).toString("hex");
}

/** Compares in a time that tells nothing about where, or by how much, the texts differ. */
export function equalSecrets(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
