/** What the upstream is told beside the facts of the connection. */
import { compileTemplate } from "../variables.ts";
import type { Filter } from "./filter.ts";

/** ingress-nginx `upstream-vhost`. */
export const upstreamHost: Filter = ({ upstreamHost: wanted }) => {
  if (wanted === undefined) return undefined;
  const host = compileTemplate(wanted);
  return {
    request(exchange) {
      exchange.outgoing.host = host(exchange);
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
      exchange.outgoing.headers.set("x-forwarded-prefix", prefix(exchange));
      return undefined;
    },
  };
};

export const requestHeaders: Filter = ({ requestHeaders: wanted }) => {
  if (wanted === undefined) return undefined;
  const headers = Object.entries(wanted).map(([name, text]) => [name, compileTemplate(text)] as const);
  return {
    request(exchange) {
      for (const [name, value] of headers) exchange.outgoing.headers.set(name, value(exchange));
      return undefined;
    },
  };
};
