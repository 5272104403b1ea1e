import type { ExternalAuth } from "../../../contract/index.ts";
import { BadValue, nginx } from "./annotation.ts";
import { cacheDurations, DEFAULT_DURATIONS } from "./cache-durations.ts";
import { forwardableHeaders } from "./forwardable-headers.ts";
import type { AnnotationContext } from "./group.ts";
import { objectReference, ownReference } from "./references.ts";
import type { AnnotationReader } from "./reader.ts";
import { readTarget, targetUrl } from "./targets.ts";
import { boolean, knownVariables, line, oneOf } from "./values.ts";

const authUrl = nginx("auth-url", {
  type: "URL, which may hold nginx's variables",
  default: "none",
  example: "http://auth.shop.svc.cluster.local/check",
  hasVariables: true,
  text: "A service that is asked about each request, without its body: with 2xx it is let in; 401 and 403 are the answer to the client, too; anything else, and 5 seconds without an answer, is 500. A host that names a Service goes to that Service's endpoints, a host that the edge serves itself is asked for at the edge, any other over the public network. `/.well-known/acme-challenge/` and a token is not asked about, unless it is rewritten.",
  difference:
    "Private, loopback, link-local and metadata addresses are refused. Variables in the host (`https://$host/…`) only lead to hosts that the edge serves. What the service writes beside its headers is not shown to the client.",
  onBadValue: "close",
  read: targetUrl,
});

const authMethod = nginx("auth-method", {
  type: "GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS",
  default: "GET",
  example: "POST",
  text: "The method of the question to auth-url.",
  onBadValue: "close",
  read: oneOf("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"),
});

const authSignin = nginx("auth-signin", {
  type: "URL or path, which may hold nginx's variables",
  default: "none",
  example: "https://auth.example.com/start",
  hasVariables: true,
  text: "Where a client is sent, with 302, that auth-url answers 401 for. The URL that it came for is added as a parameter, unless there is such a one.",
  read(text) {
    const value = line(text);
    if (/^(?:\/|https?:\/\/[^/\s?#])/i.test(value)) return value;
    throw new BadValue("is neither a URL nor a path", `Write one as in "https://auth.example.com/start".`);
  },
});

const signinParameter = nginx("auth-signin-redirect-param", {
  type: "name of a query parameter",
  default: "rd",
  example: "origUrl",
  text: "The parameter of auth-signin that takes the URL that the client came for.",
  read(text) {
    const value = line(text);
    if (/^[\w.~-]+$/.test(value)) return value;
    throw new BadValue("is not a parameter's name", "Write letters, digits, `-`, `.`, `_` and `~`.");
  },
});

const responseHeaders = nginx("auth-response-headers", {
  type: "list of header names",
  default: "none",
  example: "X-Auth-Request-User, X-Auth-Request-Email",
  text: "Headers of auth-url's answer that go on to the Service. What a client sends under these names does not.",
  onBadValue: "close",
  read: forwardableHeaders,
});

const requestRedirect = nginx("auth-request-redirect", {
  type: "text, which may hold nginx's variables",
  default: "$request_uri",
  example: "https://$host$request_uri",
  hasVariables: true,
  text: "The header X-Auth-Request-Redirect of the question to auth-url.",
  read: line,
});

export const proxySetHeaders = nginx("auth-proxy-set-headers", {
  type: "ConfigMap, as `name` or `namespace/name`",
  default: "none",
  example: "shop/auth-headers",
  text: "Headers of the question to auth-url: the keys and values of the ConfigMap, which may hold nginx's variables.",
  difference: "The ConfigMap must be in the Ingress's namespace.",
  // What is refused has a warning of its own.
  differsFor: () => false,
  onBadValue: "close",
  read: objectReference("ConfigMap"),
});

const alwaysSetCookie = nginx("auth-always-set-cookie", {
  type: "boolean",
  default: "false",
  example: `"true"`,
  text: "Whether cookies that auth-url sets go to the client whatever the status of the response, and not only with 200, 201, 204, 206, 301 to 304, 307 and 308.",
  read: boolean,
});

const cacheKey = nginx("auth-cache-key", {
  type: "text with nginx's variables",
  default: "none: every request is asked about",
  example: "$remote_user$http_authorization",
  text: "Answers of auth-url are kept under this key, for each path of an Ingress by itself, and hold for further requests with the same.",
  difference:
    "Each isolate of the edge keeps its own. Answers with status 500 and above, with cookies, or that their Cache-Control forbids to keep, are not kept. With a variable that is not known here none are: clients that it tells apart would share them.",
  // Two clients that a variable ought to tell apart must not have one answer.
  read: knownVariables,
});

const cacheDuration = nginx("auth-cache-duration", {
  type: "list of statuses and a time",
  default: "200 202 401 5m",
  example: "200 202 10m, 401 30s",
  text: "How long answers are kept with auth-cache-key, by status; `any` stands for the statuses that are not named.",
  read: cacheDurations,
});

const enableGlobalAuth = nginx("enable-global-auth", {
  type: "boolean",
  default: "true",
  example: `"false"`,
  text: "Exempts an Ingress from authentication that is configured for all of them: `global-auth-url` of ingress-nginx's own ConfigMap.",
  read: boolean,
});

export const externalAuthAnnotations = [
  authUrl,
  authMethod,
  authSignin,
  signinParameter,
  responseHeaders,
  requestRedirect,
  proxySetHeaders,
  alwaysSetCookie,
  cacheKey,
  cacheDuration,
  enableGlobalAuth,
] as const;

/**
 * The Ingress's own, or else the one for all of them. `undefined` where there is none, or where the reader has been told
 * that there can be none; `closed` where the one for all cannot be had.
 */
export function readExternalAuth(
  reader: AnnotationReader,
  context: AnnotationContext,
): ExternalAuth | "closed" | undefined {
  const own = readOwnAuth(reader, context);
  const isWanted = reader.read(enableGlobalAuth);
  const global = context.controller?.globalAuth;
  if (isWanted === true && global === undefined) {
    reader.note(
      enableGlobalAuth,
      "No authentication is configured for all Ingresses; this one has what its own annotations say.",
      "Name ingress-nginx's ConfigMap, if it has a global-auth-url, in --controller-config; or write auth-url here.",
    );
  }
  return isWanted === false || reader.has(authUrl) ? own : global;
}

/** What the reader's own texts say. */
export function readOwnAuth(reader: AnnotationReader, context: AnnotationContext): ExternalAuth | undefined {
  const url = reader.read(authUrl);
  const method = reader.read(authMethod);
  const signin = reader.read(authSignin);
  const parameter = reader.read(signinParameter) ?? "rd";
  const headers = reader.read(responseHeaders) ?? [];
  const redirect = reader.read(requestRedirect);
  const configMap = reader.read(proxySetHeaders);
  const always = reader.read(alwaysSetCookie) ?? false;
  const key = reader.read(cacheKey);
  const seconds = reader.read(cacheDuration) ?? DEFAULT_DURATIONS;
  if (url === undefined) return undefined;
  const target = readTarget(reader, authUrl, url, context);
  const requestHeaders = configMap === undefined ? {} : readHeaders(reader, configMap, context);
  if (target === undefined || requestHeaders === undefined) return undefined;
  return {
    target,
    ...(method !== undefined && method !== "GET" && { method }),
    ...(signin !== undefined && { signin: withOrigin(signin, parameter) }),
    responseHeaders: headers,
    ...(redirect !== undefined && { requestRedirect: redirect }),
    requestHeaders,
    alwaysSetCookie: always,
    ...(key !== undefined && { cache: { key, seconds } }),
  };
}

/** ingress-nginx's `buildAuthSignURL`. */
function withOrigin(signin: string, parameter: string): string {
  const mark = signin.indexOf("?");
  const query = mark < 0 ? "" : signin.slice(mark + 1);
  if (new URLSearchParams(query).get(parameter)) return signin;
  const joint = mark < 0 ? "?" : query === "" ? "" : "&";
  return `${signin}${joint}${parameter}=$pass_access_scheme://$http_host$escaped_request_uri`;
}

function readHeaders(
  reader: AnnotationReader,
  name: string,
  { ingress, configMaps }: AnnotationContext,
): Record<string, string> | undefined {
  try {
    const key = ownReference("ConfigMap", name, ingress);
    const configMap = configMaps.get(key);
    if (configMap === undefined) {
      throw new BadValue(`names ConfigMap ${key}, which does not exist`, "Create the ConfigMap.");
    }
    const headers = Object.entries(configMap.data).map(([name, value]) => {
      const [header = ""] = forwardableHeaders(name);
      return [header, value.trim() === "" ? "" : line(value)] as const;
    });
    return Object.fromEntries(headers);
  } catch (error) {
    if (!(error instanceof BadValue)) throw error;
    reader.refuse(proxySetHeaders, error);
    return undefined;
  }
}
