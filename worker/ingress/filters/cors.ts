/** Cross-origin resource sharing (Fetch standard, "CORS protocol"), as ingress-nginx configures it. */
import type { Cors } from "../../../contract/index.ts";
import type { Filter } from "./filter.ts";

export const cors: Filter = ({ cors: wanted }) => {
  if (wanted === undefined) return undefined;
  const isForAll = wanted.origins.includes("*");
  const isListed = originTest(wanted.origins);
  const isAllowed = ({ headers }: Request) => isForAll || isListed(headers.get("origin"));
  return {
    // Any OPTIONS request is taken for a preflight, as nginx does; one by somebody else is the Service's to answer.
    request: ({ request }) =>
      request.method === "OPTIONS" && isAllowed(request) ? new Response(null, { status: 204 }) : undefined,
    response({ request }, { headers }) {
      for (const name of Array.from(headers.keys())) {
        if (name.startsWith("access-control-allow-") || name.startsWith("access-control-expose-")) {
          headers.delete(name);
        }
      }
      if (!isForAll) headers.append("vary", "Origin");
      if (isAllowed(request)) allow(headers, isForAll ? "*" : (request.headers.get("origin") ?? ""), wanted);
      return undefined;
    },
  };
};

/** @param origin `*` is for requests without credentials alone, whatever else is said: browsers see to that */
function allow(headers: Headers, origin: string, wanted: Cors): void {
  headers.set("access-control-allow-origin", origin);
  if (wanted.credentials) headers.set("access-control-allow-credentials", "true");
  headers.set("access-control-allow-methods", wanted.methods);
  headers.set("access-control-allow-headers", wanted.headers);
  if (wanted.exposeHeaders !== undefined) headers.set("access-control-expose-headers", wanted.exposeHeaders);
  headers.set("access-control-max-age", String(wanted.maxAge));
}

/** `https://*.example.com` covers one label, with the port that is written. */
function originTest(origins: readonly string[]): (origin: string | null) => boolean {
  const exact = new Set(origins.filter((origin) => !origin.includes("://*.")));
  const wildcards = origins
    .filter((origin) => origin.includes("://*."))
    .map((origin) => ({
      scheme: origin.slice(0, origin.indexOf("*")),
      rest: origin.slice(origin.indexOf("*") + 1),
    }));
  return (given) => {
    if (given === null) return false;
    const origin = given.toLowerCase();
    if (exact.has(origin)) return true;
    return wildcards.some(({ scheme, rest }) => {
      if (!origin.startsWith(scheme) || !origin.endsWith(rest)) return false;
      const label = origin.slice(scheme.length, -rest.length);
      return label !== "" && !/[./:@]/.test(label);
    });
  };
}
