/**
 * Settings of ingress-nginx's own ConfigMap that are defaults of annotations, by their keys there (ingress-nginx
 * "ConfigMaps"). They hold for Ingresses of adopted classes.
 */
import type { ConfigMap } from "../../cluster/state.ts";
import { NGINX_PREFIX, OWN_PREFIX } from "./annotation.ts";

/** Each is called as the annotation whose default it is. */
const NAMESAKES = [
  "custom-http-errors",
  "denylist-source-range",
  "disable-proxy-intercept-errors",
  "force-ssl-redirect",
  "load-balance",
  "preserve-trailing-slash",
  "proxy-body-size",
  "proxy-connect-timeout",
  "proxy-cookie-domain",
  "proxy-cookie-path",
  "proxy-http-version",
  "proxy-next-upstream",
  "proxy-next-upstream-timeout",
  "proxy-next-upstream-tries",
  "proxy-read-timeout",
  "proxy-redirect-from",
  "proxy-redirect-to",
  "proxy-send-timeout",
  "relative-redirects",
  "ssl-redirect",
  "whitelist-source-range",
] as const;

const GLOBAL_AUTH = [
  "always-set-cookie",
  "cache-duration",
  "cache-key",
  "method",
  "request-redirect",
  "response-headers",
  "signin",
  "signin-redirect-param",
  "url",
] as const;

const HSTS = ["hsts", "hsts-include-subdomains", "hsts-max-age", "hsts-preload"] as const;

/** For docs/annotations.md: each key that is followed, and the annotation whose default it is. */
export const FOLLOWED: readonly (readonly [keys: readonly string[], annotation: string])[] = [
  [NAMESAKES, "the annotation of the same name"],
  [["limit-req-status-code", "limit-conn-status-code"], "`lintel.dev/limit-status`"],
  [HSTS, "`lintel.dev/hsts`"],
  [["block-cidrs"], "`denylist-source-range`, which an Ingress adds to"],
  [["http-redirect-code"], "none: the status of redirects to https and of `from-to-www-redirect`"],
  [["disable-access-log"], "`enable-access-log`, the other way round"],
  [
    GLOBAL_AUTH.map((name) => `global-auth-${name}`),
    '`auth-…` of every Ingress that has no auth-url of its own and does not say `enable-global-auth: "false"`',
  ],
];

/** By the annotation's whole name. */
export interface ControllerTexts {
  readonly defaults: Readonly<Record<string, string>>;
  /** The annotations of external authentication; empty without `global-auth-url`. */
  readonly globalAuth: Readonly<Record<string, string>>;
  /** The key that each text is from. */
  readonly keys: Readonly<Record<string, string>>;
  /** Keys that have a meaning for requests, and none here. */
  readonly unread: readonly string[];
}

export function controllerTexts({ data }: ConfigMap): ControllerTexts {
  const keys: Record<string, string> = {};
  const take = (
    entries: readonly (readonly [annotation: string, key: string, text: string | undefined])[],
  ) => {
    const found: Record<string, string> = {};
    for (const [annotation, key, text] of entries) {
      // An empty value is the default, as in ingress-nginx.
      if (text === undefined || text.trim() === "") continue;
      found[annotation] = text;
      keys[annotation] = key;
    }
    return found;
  };
  const limitStatus =
    data["limit-req-status-code"] === undefined ? "limit-conn-status-code" : "limit-req-status-code";
  const defaults = take([
    ...NAMESAKES.map((key) => [`${NGINX_PREFIX}${key}`, key, data[key]] as const),
    [`${OWN_PREFIX}limit-status`, limitStatus, data[limitStatus]],
    [`${OWN_PREFIX}hsts`, HSTS.find((key) => data[key] !== undefined) ?? "hsts", hstsText(data)],
    [`${NGINX_PREFIX}enable-access-log`, "disable-access-log", negated(data["disable-access-log"])],
  ]);
  const globalAuth = take(
    GLOBAL_AUTH.map((name) => [
      `${NGINX_PREFIX}auth-${name}`,
      `global-auth-${name}`,
      data[`global-auth-${name}`],
    ]),
  );
  const isAsked = (globalAuth[`${NGINX_PREFIX}auth-url`] ?? "") !== "";
  return {
    defaults,
    globalAuth: isAsked ? globalAuth : {},
    keys,
    unread: UNREAD.filter((key) => (data[key] ?? "").trim() !== "" && data[key] !== "false"),
  };
}

/** Of what changes how requests are answered, or who is let in. What only tunes nginx is not worth a word. */
const UNREAD = [
  "add-headers",
  "block-referers",
  "block-user-agents",
  "enable-modsecurity",
  "global-auth-snippet",
  "hide-headers",
  "http-snippet",
  "location-snippet",
  "main-snippet",
  "no-auth-locations",
  "no-tls-redirect-locations",
  "proxy-set-headers",
  "server-snippet",
  "use-forwarded-headers",
  "use-proxy-protocol",
] as const;

/** `undefined` where the ConfigMap says nothing of it. */
function hstsText(data: Readonly<Record<string, string>>): string | undefined {
  if (HSTS.every((key) => data[key] === undefined)) return undefined;
  const says = (key: (typeof HSTS)[number], fallback: string) => (data[key] ?? fallback).trim();
  if (says("hsts", "true") !== "true") return "false";
  const subdomains = says("hsts-include-subdomains", "true") === "true" ? "; includeSubDomains" : "";
  const preload = says("hsts-preload", "false") === "true" ? "; preload" : "";
  return `max-age=${says("hsts-max-age", "31536000")}${subdomains}${preload}`;
}

function negated(text: string | undefined): string | undefined {
  return text?.trim() === "true" ? "false" : undefined;
}
