import { BadValue, nginx } from "./annotation.ts";
import type { AnnotationGroup } from "./group.ts";
import { boolean, headerNames, integer, list } from "./values.ts";

/** ingress-nginx's defaults. */
const METHODS = "GET, PUT, POST, DELETE, PATCH, OPTIONS";
const HEADERS =
  "DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,Authorization";
const MAX_AGE = 1_728_000;

const enableCors = nginx("enable-cors", {
  type: "boolean",
  default: "false",
  example: `"true"`,
  text: "Answers preflight requests of origins that may read responses itself, with 204, and adds the headers of cross-origin sharing to what these are answered. The Service's own are replaced.",
  read: boolean,
});

const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/(?:\*\.)?[^\s/*,]+$/i;

interface Origins {
  readonly right: readonly string[];
  readonly wrong: readonly string[];
}

const allowOrigin = nginx("cors-allow-origin", {
  type: "list of origins",
  default: "*",
  example: "https://shop.example.com, https://*.example.com:8443",
  ifBad: { word: "nobody", consequence: "no other origin may read the Ingress's responses" },
  text: "Who may read responses: scheme, host and, where it is not the scheme's own, port. `*.` stands for one label. With `*`, and with an empty list, every origin may, without credentials. What is no origin is left out, with a warning; where nothing else stands there, no origin may.",
  read(text): Origins {
    const origins = list(text);
    if (origins.length === 0 || origins.includes("*")) return { right: ["*"], wrong: [] };
    const right = origins.filter((origin) => ORIGIN.test(origin));
    const wrong = origins.filter((origin) => !ORIGIN.test(origin));
    if (right.length > 0) return { right: right.map((origin) => origin.toLowerCase()), wrong };
    throw new BadValue("holds no origin", REMEDY);
  },
});

const REMEDY = `Write origins as in "https://shop.example.com", separated by commas.`;

const METHOD = /^[A-Z]+$/;

const allowMethods = nginx("cors-allow-methods", {
  type: "list of methods",
  default: METHODS,
  example: "GET, POST, OPTIONS",
  text: "Access-Control-Allow-Methods of preflight answers.",
  read(text) {
    const methods = list(text);
    const wrong = methods.find((method) => method !== "*" && !METHOD.test(method));
    if (methods.length > 0 && wrong === undefined) return methods.join(", ");
    throw new BadValue("is not a list of methods", `Write methods in capitals, as in "GET, POST".`);
  },
});

const allowHeaders = nginx("cors-allow-headers", {
  type: "list of header names",
  default: HEADERS,
  example: "X-Forwarded-For, X-App",
  text: "Access-Control-Allow-Headers of preflight answers.",
  read: readHeaders,
});

const exposeHeaders = nginx("cors-expose-headers", {
  type: "list of header names",
  default: "none",
  example: "X-Total-Count",
  text: "Access-Control-Expose-Headers: which headers of a response scripts may read.",
  read: readHeaders,
});

const allowCredentials = nginx("cors-allow-credentials", {
  type: "boolean",
  default: "true",
  example: `"false"`,
  text: "Whether requests may carry cookies and other credentials.",
  read: boolean,
});

const maxAge = nginx("cors-max-age", {
  type: "number of seconds",
  default: String(MAX_AGE),
  example: `"600"`,
  text: "How long browsers may keep a preflight answer.",
  read: integer(0),
});

function readHeaders(text: string): string {
  if (text.trim() === "*") return "*";
  headerNames(text);
  return list(text).join(", ");
}

export const cors: AnnotationGroup = {
  title: "Cross-origin resource sharing",
  annotations: [enableCors, allowOrigin, allowMethods, allowHeaders, exposeHeaders, allowCredentials, maxAge],
  read(reader) {
    const enabled = reader.read(enableCors) ?? false;
    const origins = reader.read(allowOrigin);
    const methods = reader.read(allowMethods) ?? METHODS;
    const headers = reader.read(allowHeaders) ?? HEADERS;
    const exposed = reader.read(exposeHeaders);
    const credentials = reader.read(allowCredentials) ?? true;
    const age = reader.read(maxAge) ?? MAX_AGE;
    for (const origin of origins?.wrong ?? []) {
      reader.note(allowOrigin, `"${origin}" is no origin; it is left out.`, REMEDY, "AnnotationIgnored");
    }
    if (!enabled) return {};
    return {
      filters: {
        cors: {
          // A list that cannot be read lets nobody in: what it was meant to say is not known.
          origins: [...(origins?.right ?? (reader.has(allowOrigin) ? [] : ["*"]))],
          methods,
          headers,
          ...(exposed !== undefined && { exposeHeaders: exposed }),
          credentials,
          maxAge: age,
        },
      },
    };
  },
};
