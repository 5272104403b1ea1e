import { BadValue, nginx } from "./annotation.ts";
import type { AnnotationGroup } from "./group.ts";
import { boolean, integer, line, url } from "./values.ts";

const sslRedirect = nginx("ssl-redirect", {
  type: "boolean",
  default: "true for an adopted class (`nginx`), false for class `lintel`",
  example: `"false"`,
  text: "Sends plain http to https with 308 where the host has a certificate, or `spec.tls` lists it and its Secret is missing: it is served with the default certificate then. `/.well-known/acme-challenge/` and a token is exempt.",
  read: boolean,
});

const forceSslRedirect = nginx("force-ssl-redirect", {
  type: "boolean",
  default: "false",
  example: `"true"`,
  text: "As ssl-redirect, also where `spec.tls` does not list the host.",
  difference:
    "The scheme is that of the client's connection to the edge; X-Forwarded-Proto of a request is not believed.",
  read: boolean,
});

const preserveTrailingSlash = nginx("preserve-trailing-slash", {
  type: "boolean",
  default: "false",
  example: `"true"`,
  text: "Whether the redirect to https keeps a slash that the URL ends with; it loses it else.",
  read: boolean,
});

const appRoot = nginx("app-root", {
  type: "path",
  default: "none",
  example: "/app1",
  hasVariables: true,
  text: "Where a request for `/` of the host, and for nothing else, is sent with 302.",
  read(text) {
    const path = line(text);
    if (path.startsWith("/")) return path;
    throw new BadValue("is not a path", "Begin it with a slash.");
  },
});

const code = integer(300, 399);

/** A URL, or a path of the same host. */
function urlOrPath(text: string): string {
  return text.trim().startsWith("/") ? line(text) : url(text);
}

const permanentRedirect = nginx("permanent-redirect", {
  type: "URL or path, which may hold nginx's variables",
  default: "none",
  example: "https://www.example.com",
  hasVariables: true,
  text: "Answers every request of the Ingress with a redirect there instead of forwarding it. `$request_uri` in it is the request's own path and query.",
  onBadValue: "keep",
  read: urlOrPath,
});

const permanentRedirectCode = nginx("permanent-redirect-code", {
  type: "status from 300 to 399",
  default: "301",
  example: `"308"`,
  text: "The status of permanent-redirect.",
  read: code,
});

const temporalRedirect = nginx("temporal-redirect", {
  type: "URL or path, which may hold nginx's variables",
  default: "none",
  example: "https://status.example.com",
  hasVariables: true,
  text: "As permanent-redirect, with 302. It comes before permanent-redirect where both are written.",
  onBadValue: "keep",
  read: urlOrPath,
});

const temporalRedirectCode = nginx("temporal-redirect-code", {
  type: "status from 300 to 399",
  default: "302",
  example: `"307"`,
  text: "The status of temporal-redirect.",
  read: code,
});

const wwwRedirect = nginx("from-to-www-redirect", {
  type: "boolean",
  default: "false",
  example: `"true"`,
  text: "Sends `www.host` to `host`, and the other way round where the host begins with `www.`, with 308, unless the other one has rules of its own. A slash that the URL ends with is lost.",
  read: boolean,
});

const relativeRedirects = nginx("relative-redirects", {
  type: "boolean",
  default: "false",
  example: `"true"`,
  text: "Whether redirects to a path of the same host (app-root, permanent- and temporal-redirect) are sent without scheme and host.",
  read: boolean,
});

export const redirects: AnnotationGroup = {
  title: "Redirects",
  annotations: [
    sslRedirect,
    forceSslRedirect,
    preserveTrailingSlash,
    appRoot,
    permanentRedirect,
    permanentRedirectCode,
    temporalRedirect,
    temporalRedirectCode,
    wwwRedirect,
    relativeRedirects,
  ],
  read(reader, { defaults, controller }) {
    const status = controller?.redirectStatus ?? 308;
    const ssl = reader.read(sslRedirect) ?? defaults === "nginx";
    const force = reader.read(forceSslRedirect) ?? false;
    const keepsSlash = reader.read(preserveTrailingSlash) ?? false;
    const root = reader.read(appRoot);
    const relative = reader.read(relativeRedirects) ?? false;
    const temporal = reader.read(temporalRedirect);
    const temporalStatus = reader.read(temporalRedirectCode) ?? 302;
    const permanent = reader.read(permanentRedirect);
    const permanentStatus = reader.read(permanentRedirectCode) ?? 301;
    const www = reader.read(wwwRedirect) ?? false;
    const redirect =
      temporal !== undefined
        ? { location: temporal, status: temporalStatus }
        : permanent !== undefined
          ? { location: permanent, status: permanentStatus }
          : undefined;
    const located = (to: string) => (relative || !to.startsWith("/") ? to : `$scheme://$http_host${to}`);
    return {
      filters: {
        ...(root !== undefined && { appRoot: located(root) }),
        ...(redirect !== undefined && {
          redirect: { ...redirect, location: located(redirect.location) },
        }),
      },
      ...((ssl || force) && { toHttps: { where: force ? "always" : "certificate", keepsSlash, status } }),
      ...(www && { www: { status } }),
    };
  },
};
