import type { Cache } from "../../../contract/index.ts";
import { BadValue, own } from "./annotation.ts";
import type { AnnotationGroup } from "./group.ts";
import { cookieName, duration, list } from "./values.ts";

/** What `lintel.dev/cache` says, in the words of Cache-Control. */
const DIRECTIVES = {
  ttl: "ttl",
  "stale-while-revalidate": "staleWhileRevalidate",
  "stale-if-error": "staleIfError",
} as const;

type Times = Pick<Cache, (typeof DIRECTIVES)[keyof typeof DIRECTIVES]>;

const cache = own("cache", {
  type: "`on`, `off`, or a list of `ttl=TIME`, `stale-while-revalidate=TIME` and `stale-if-error=TIME`",
  default: "off",
  example: "ttl=60s, stale-while-revalidate=30s",
  text: "Keeps responses to GET at the edge, as RFC 9111 has it: as long as their Cache-Control or Expires says, and for `ttl` where these say nothing. `ttl` is for statuses 200, 203, 204, 300, 301, 308 and 410. `private`, `no-store`, Set-Cookie, and Authorization or a check of credentials by the edge keep a response out, as RFC 9111 has it, and so do more than 10 MiB; Vary is followed. While a path has a canary, nothing of it is kept. For `stale-while-revalidate` after that a response is still served, while one request fetches it anew; for `stale-if-error`, where the Service fails. Cache-Status (RFC 9211) says what became of a request. `lintel purge` empties it.",
  read(text): Times | undefined {
    if (text.trim() === "off") return undefined;
    if (text.trim() === "on") return {};
    const parts = list(text);
    if (parts.length === 0) throw new BadValue("is empty", REMEDY);
    const times: { -readonly [K in keyof Times]: Times[K] } = {};
    for (const part of parts) {
      const [name = "", value = "", ...more] = part.split("=").map((word) => word.trim());
      const key = isDirective(name) ? DIRECTIVES[name] : undefined;
      if (key === undefined || more.length > 0) throw new BadValue(`holds "${part}"`, REMEDY);
      if (times[key] !== undefined) throw new BadValue(`says ${name} twice`, "Say it once.");
      times[key] = seconds(value);
    }
    return times;
  },
});

const REMEDY = `Write "on", or times as in "ttl=60s, stale-while-revalidate=30s".`;

function isDirective(name: string): name is keyof typeof DIRECTIVES {
  return Object.hasOwn(DIRECTIVES, name);
}

function seconds(text: string): number {
  const milliseconds = duration(text);
  if (milliseconds % 1_000 === 0) return milliseconds / 1_000;
  throw new BadValue(`holds "${text}", which is not a number of seconds`, "Write whole seconds.");
}

const keyCookies = own("cache-key-cookies", {
  type: "list of cookie names, or `none`",
  default: "not written: requests with cookies get from the cache only what has declared itself cacheable",
  example: "language, currency",
  text: "The cookies that responses depend on: requests that differ in them have different responses in the cache, and all other cookies are taken not to matter, so that `ttl` holds for requests with cookies as well.",
  read(text) {
    if (text.trim() === "none") return [];
    const names = list(text).map(cookieName);
    if (names.length > 0) return [...new Set(names)].toSorted();
    throw new BadValue("names no cookie", "Write names of cookies, or `none`.");
  },
});

export const caching: AnnotationGroup = {
  title: "Caching",
  annotations: [cache, keyCookies],
  read(reader) {
    const times = reader.read(cache);
    const cookies = reader.read(keyCookies);
    if (times === undefined) return {};
    // Which responses would be mixed up is not known.
    if (cookies === undefined && reader.has(keyCookies)) return {};
    return { filters: { cache: { ...times, ...(cookies && { keyCookies: cookies }) } } };
  },
};
