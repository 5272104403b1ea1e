/** Headers that the client gets with every response of a route, also with the edge's own answers. */
import type { Filter } from "./filter.ts";

/** ingress-nginx `custom-headers`. */
export const responseHeaders: Filter = ({ responseHeaders: wanted }) => {
  if (wanted === undefined) return undefined;
  const headers = Object.entries(wanted);
  return {
    response(_, response) {
      for (const [name, value] of headers) response.headers.set(name, value);
      return undefined;
    },
  };
};

/** RFC 6797 7.2: over secure transport only. */
export const hsts: Filter = ({ hsts: value }) => {
  if (value === undefined) return undefined;
  return {
    response({ client }, response) {
      if (client.scheme === "https") response.headers.set("strict-transport-security", value);
      return undefined;
    },
  };
};
