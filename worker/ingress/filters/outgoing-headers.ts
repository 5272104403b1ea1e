/** What the upstream is told beside the facts of the connection. */
import { headerText } from "../header-text.ts";
import { compileTemplate } from "../variables.ts";
import type { Filter } from "./filter.ts";

/** RFC 3986 3.2.2, less what nobody calls a host, and with a port. */
const HOST = /^(?:[\w.~-]+|\[[\da-f:.]+\])(?::\d+)?$/i;

/** ingress-nginx `upstream-vhost`. */
export const upstreamHost: Filter = ({ upstreamHost: wanted }) => {
  if (wanted === undefined) return undefined;
  const host = compileTemplate(wanted);
  return {
    request(exchange) {
      const expanded = host(exchange);
      if (!HOST.test(expanded)) {
        return { status: 400, detail: "What this path makes of the Service's host is no host." };
      }
      exchange.outgoing.host = expanded;
      return undefined;
    },
  };
};

/** ingress-nginx `x-forwarded-prefix`. */
export const forwardedPrefix: Filter = ({ forwardedPrefix: wanted }) => {
  if (wanted === undefined) return undefined;
  const prefix = compileTemplate(wanted);
  return {
    request(exchange) {
      exchange.outgoing.headers.set("x-forwarded-prefix", headerText(prefix(exchange)));
      return undefined;
    },
  };
};

export const requestHeaders: Filter = ({ requestHeaders: wanted }) => {
  if (wanted === undefined) return undefined;
  const headers = Object.entries(wanted).map(([name, text]) => [name, compileTemplate(text)] as const);
  return {
    request(exchange) {
      for (const [name, value] of headers) exchange.outgoing.headers.set(name, headerText(value(exchange)));
      return undefined;
    },
  };
};
