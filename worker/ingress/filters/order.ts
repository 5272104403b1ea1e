/**
 * The order of a route's filters, as nginx runs its phases: what a request announces, rewriting and redirects, limits,
 * access, content. On the way back the response passes them in the opposite order.
 *
 * docs/ingress.md lists it.
 */
import { access } from "./access/access.ts";
import { cache } from "./cache/cache.ts";
import { closed } from "./closed.ts";
import { cookieRewrite } from "./cookie-rewrite.ts";
import { cors } from "./cors.ts";
import { errorPages } from "./error-pages.ts";
import type { Filter, FilterPlatform } from "./filter.ts";
import { limits } from "./limits/limits.ts";
import { maxBody } from "./max-body.ts";
import { mirror } from "./mirror.ts";
import { forwardedPrefix, requestHeaders, upstreamHost } from "./outgoing-headers.ts";
import { redirectRewrite } from "./redirect-rewrite.ts";
import { appRoot, redirect, toHttps } from "./redirects.ts";
import { hsts, responseHeaders } from "./response-headers.ts";
import { rewrite } from "./rewrite.ts";
import { standIn } from "./stand-in.ts";

export function filterOrder(platform: FilterPlatform): readonly Filter[] {
  return [
    closed,
    hsts,
    responseHeaders,
    maxBody,
    appRoot,
    cors,
    redirect,
    toHttps,
    limits(platform),
    access(platform),
    mirror(platform),
    rewrite,
    upstreamHost,
    forwardedPrefix,
    requestHeaders,
    errorPages(platform),
    redirectRewrite,
    cookieRewrite,
    standIn(platform),
    cache(platform),
  ];
}
