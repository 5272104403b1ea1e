import { BadValue } from "./annotation.ts";
import { duration, list } from "./values.ts";

/** Seconds by status, or for `any` that is not named. */
export type Durations = Readonly<Record<string, number>>;

/** ingress-nginx's default of `auth-cache-duration`: 5 minutes. */
export const DEFAULT_DURATIONS: Durations = { 200: 300, 202: 300, 401: 300 };

/** Those of a time alone (nginx `proxy_cache_valid`). */
const USUAL = ["200", "301", "302"];

/** `200 202 10m, 401 30s`: nginx's `proxy_cache_valid`, several of them. Failures are left out. Throws BadValue. */
export function cacheDurations(text: string): Record<string, number> {
  const seconds: Record<string, number> = {};
  const parts = list(text);
  if (parts.length === 0) throw notDurations();
  for (const part of parts) {
    const words = part.split(/\s+/);
    const time = Math.floor(duration(words.pop() ?? "") / 1000);
    const statuses = words.length === 0 ? USUAL : words;
    if (!statuses.every((status) => status === "any" || /^[1-5]\d\d$/.test(status))) throw notDurations();
    for (const status of statuses) {
      if (status === "any" || Number(status) < 500) seconds[status] = time;
    }
  }
  return seconds;
}

function notDurations(): BadValue {
  return new BadValue("is not a list of statuses and a time", `Write it as in "200 202 10m, 401 30s".`);
}
