/** ingress-nginx `proxy-cookie-domain` and `proxy-cookie-path` (nginx directives of the same names). */
import { headerText } from "../header-text.ts";
import { compileTemplate } from "../variables.ts";
import type { Exchange, Filter } from "./filter.ts";

/** The new value of an attribute, or `undefined` where it stays. */
type Rewrite = (value: string, exchange: Exchange) => string | undefined;

export const cookieRewrite: Filter = ({ cookieDomain, cookiePath, affinity }) => {
  if (cookieDomain === undefined && cookiePath === undefined) return undefined;
  const rewrites = new Map<string, Rewrite>();
  if (cookieDomain !== undefined) rewrites.set("domain", domainRewrite(cookieDomain));
  if (cookiePath !== undefined) rewrites.set("path", pathRewrite(cookiePath));
  return {
    response(exchange, { headers }) {
      if (!exchange.outgoing.answered) return undefined;
      const cookies = headers.getSetCookie();
      if (cookies.length === 0) return undefined;
      headers.delete("set-cookie");
      for (const cookie of cookies) {
        // The edge's own is meant as it is.
        const isOwn = affinity !== undefined && cookie.startsWith(`${affinity.cookie}=`);
        headers.append("set-cookie", isOwn ? cookie : rewriteAttributes(cookie, rewrites, exchange));
      }
      return undefined;
    },
  };
};

interface Replacement {
  readonly from: string;
  readonly to: string;
}

/** The whole domain, in any case; a dot at its beginning stays where it is. */
function domainRewrite({ from, to }: Replacement): Rewrite {
  const expand = compileTemplate(to);
  return (value, exchange) => {
    const dot = value.startsWith(".") ? "." : "";
    return value.slice(dot.length).toLowerCase() === from ? dot + headerText(expand(exchange)) : undefined;
  };
}

function pathRewrite({ from, to }: Replacement): Rewrite {
  const expand = compileTemplate(to);
  return (value, exchange) =>
    value.startsWith(from) ? headerText(expand(exchange)) + value.slice(from.length) : undefined;
}

/** All but the first part, which is the cookie itself (RFC 6265 5.2). */
function rewriteAttributes(
  cookie: string,
  rewrites: ReadonlyMap<string, Rewrite>,
  exchange: Exchange,
): string {
  const [pair = "", ...attributes] = cookie.split(";");
  const rewritten = attributes.map((attribute) => {
    const equals = attribute.indexOf("=");
    if (equals < 0) return attribute;
    const rewrite = rewrites.get(attribute.slice(0, equals).trim().toLowerCase());
    const value = rewrite?.(attribute.slice(equals + 1).trim(), exchange);
    return value === undefined ? attribute : `${attribute.slice(0, equals)}=${value}`;
  });
  return [pair, ...rewritten].join(";");
}
