/**
 * How long clients may keep an answer (RFC 8484 5.1); caches that several share, never: who asks decides what is
 * answered, by more than `Authorization`, which RFC 9111 3.5 covers: by the path, a certificate, an address. And whose
 * token is gone must not be answered any longer.
 */
export function cacheControl(lifetime: number): string {
  return lifetime > 0 ? `private, max-age=${lifetime}` : "no-store";
}
