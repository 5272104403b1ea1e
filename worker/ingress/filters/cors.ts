/** Cross-origin resource sharing (Fetch standard, "CORS protocol"), as ingress-nginx configures it. */
import type { Cors } from "../../../contract/index.ts";
import type { Filter } from "./filter.ts";

export const cors: Filter = ({ cors: wanted }) => {
  if (wanted === undefined) return undefined;
  const isAllowed = originTest(wanted.origins);
  return {
    // Any OPTIONS request is taken for a preflight, as nginx does.
    request: ({ request }) =>
      request.method === "OPTIONS" ? new Response(null, { status: 204 }) : undefined,
    response({ request }, { headers }) {
      for (const name of Array.from(headers.keys())) {
        if (name.startsWith("access-control-allow-") || name.startsWith("access-control-expose-")) {
          headers.delete(name);
        }
      }
      const origin = request.headers.get("origin");
      if (!wanted.origins.includes("*") || wanted.credentials) headers.append("vary", "Origin");
      if (origin === null || !isAllowed(origin)) return undefined;
      allow(headers, origin, wanted, request.method === "OPTIONS");
      return undefined;
    },
  };
};

function allow(headers: Headers, origin: string, wanted: Cors, isPreflight: boolean): void {
  // Browsers refuse `*` for requests with credentials.
  const anybody = wanted.origins.includes("*") && !wanted.credentials;
  headers.set("access-control-allow-origin", anybody ? "*" : origin);
  if (wanted.credentials) headers.set("access-control-allow-credentials", "true");
  headers.set("access-control-allow-methods", wanted.methods);
  headers.set("access-control-allow-headers", wanted.headers);
  if (wanted.exposeHeaders !== undefined) headers.set("access-control-expose-headers", wanted.exposeHeaders);
  if (isPreflight) headers.set("access-control-max-age", String(wanted.maxAge));
}

/** `https://*.example.com` covers one label, with the port that is written. */
function originTest(origins: readonly string[]): (origin: string) => boolean {
  if (origins.includes("*")) return () => true;
  const exact = new Set(origins.filter((origin) => !origin.includes("://*.")));
  const wildcards = origins
    .filter((origin) => origin.includes("://*."))
    .map((origin) => ({
      scheme: origin.slice(0, origin.indexOf("*")),
      rest: origin.slice(origin.indexOf("*") + 1),
    }));
  return (given) => {
    const origin = given.toLowerCase();
    if (exact.has(origin)) return true;
    return wildcards.some(({ scheme, rest }) => {
      if (!origin.startsWith(scheme) || !origin.endsWith(rest)) return false;
      const label = origin.slice(scheme.length, -rest.length);
      return label !== "" && !/[./:@]/.test(label);
    });
  };
}
