/** Answers that send the client elsewhere (ingress-nginx: ssl-redirect, permanent- and temporal-redirect, app-root). */
import type { ClientFacts } from "../../../contract/index.ts";
import { compileTemplate, requestTarget, withoutSlash } from "../variables.ts";
import type { Exchange, Filter } from "./filter.ts";

/** Certificate authorities look for their challenges over plain http (RFC 8555 8.3). */
const ACME = "/.well-known/acme-challenge";
/** As it is forwarded: a Service may read more into other spellings than the edge does. A token is base64url. */
const CHALLENGE = new RegExp(`^${ACME.replace(".", "\\.")}/[\\w-]+$`);

/** Also whatever comes by a rule for them alone, as ingress-nginx goes by the rule's path. */
export function isAcmeChallenge({ url, route }: Pick<Exchange, "url" | "route">): boolean {
  return CHALLENGE.test(url.pathname) || route.match.path.value.startsWith(ACME);
}

/** @param location may hold, from variables, what no header can: that is percent-encoded */
export function redirectTo(location: string, status: number): Response {
  const written = location.replaceAll(/[^\u0021-\u007E]/gu, (char) =>
    encodeURIComponent(char.toWellFormed()),
  );
  return new Response(null, { status, headers: { location: written } });
}

export const toHttps: Filter = ({ toHttps: wanted }) => {
  if (wanted === undefined) return undefined;
  return {
    request(exchange) {
      const { client, url, hostname } = exchange;
      if (client.scheme === "https" || isAcmeChallenge(exchange)) return undefined;
      const uri = requestTarget(url);
      const kept = wanted.keepsSlash === true ? uri : withoutSlash(uri);
      return redirectTo(`https://${hostname}${httpsPort(url, client)}${kept}`, wanted.status);
    },
  };
};

/** None for a client that came by the port of http: what stands before the edge has that of https for it, too. */
function httpsPort(url: URL, { httpsPort: port }: ClientFacts): string {
  return url.port === "" || port === undefined || port === 443 ? "" : `:${port}`;
}

export const redirect: Filter = ({ redirect: wanted }) => {
  if (wanted === undefined) return undefined;
  const location = compileTemplate(wanted.location);
  return {
    request: (exchange) =>
      isAcmeChallenge(exchange) ? undefined : redirectTo(location(exchange), wanted.status),
  };
};

export const appRoot: Filter = ({ appRoot: wanted }) => {
  if (wanted === undefined) return undefined;
  const location = compileTemplate(wanted);
  return {
    request: (exchange) => (exchange.path === "/" ? redirectTo(location(exchange), 302) : undefined),
  };
};
