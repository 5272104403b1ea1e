/**
 * Milliseconds that an answer asks to be left alone: its header Retry-After, in seconds or as a date (RFC 9110 10.2.3).
 * `undefined` when there is none, or none that can be read.
 */
export function retryAfterHeader(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
