import { claimSource } from "../objects.ts";
import { BadValue, nginx } from "./annotation.ts";
import type { AnnotationContext, AnnotationGroup } from "./group.ts";
import type { AnnotationReader } from "./reader.ts";
import { line } from "./values.ts";
import { words } from "./words.ts";

const NO_EXPRESSIONS = "Write plain text; a regular expression (`~…`) is not understood here.";

const redirectFrom = nginx("proxy-redirect-from", {
  type: "prefix of a URL, `off` or `default`",
  default: "off",
  example: "http://internal.example.com/",
  hasVariables: true,
  text: "The beginning of the Service's Location and Refresh headers that is exchanged for `proxy-redirect-to`. It may hold nginx's variables.",
  difference:
    "Regular expressions are refused. `default` changes nothing, as with ingress-nginx, whose upstream has a name that no Service knows.",
  // What is refused has a warning of its own.
  differsFor: () => false,
  read(text) {
    const value = line(text);
    if (!value.startsWith("~")) return value;
    throw new BadValue("is a regular expression", NO_EXPRESSIONS);
  },
});

const redirectTo = nginx("proxy-redirect-to", {
  type: "text, which may hold nginx's variables",
  default: "none",
  example: "https://$host/",
  hasVariables: true,
  text: "What `proxy-redirect-from` becomes.",
  read: line,
});

/** nginx's two words: what is looked for, and what it becomes; `undefined` for `off`. */
function replacement(text: string): { from: string; to: string } | undefined {
  if (text.trim() === "off") return undefined;
  const [from, to, ...more] = words(text);
  if (from === undefined || to === undefined || more.length > 0) {
    throw new BadValue("is not two words", "Write what is looked for, a space, and what it becomes.");
  }
  if (from.startsWith("~")) throw new BadValue("begins with a regular expression", NO_EXPRESSIONS);
  return { from, to };
}

const cookieDomain = nginx("proxy-cookie-domain", {
  type: "two words: domain and replacement; or `off`",
  default: "off",
  example: "internal.local example.org",
  hasVariables: true,
  text: "Exchanges the Domain of the Service's cookies where it is the first word, a dot at its beginning aside. The replacement may hold nginx's variables.",
  difference: "Regular expressions are refused.",
  // What is refused has a warning of its own.
  differsFor: () => false,
  read(text) {
    const found = replacement(text);
    return found && { from: found.from.replace(/^\./, "").toLowerCase(), to: found.to.replace(/^\./, "") };
  },
});

const cookiePath = nginx("proxy-cookie-path", {
  type: "two words: path and replacement; or `off`",
  default: "off",
  example: "/one/ /",
  hasVariables: true,
  text: "Exchanges the beginning of the Path of the Service's cookies where it is the first word. The replacement may hold nginx's variables, and in quotes further attributes, as in `/ \"/; Secure\"`.",
  difference: "Regular expressions are refused.",
  // What is refused has a warning of its own.
  differsFor: () => false,
  read: replacement,
});

export const customHeaders = nginx("custom-headers", {
  type: "ConfigMap, as `namespace/name`",
  default: "none",
  example: "shop/response-headers",
  text: "Headers that are set on every response, the edge's own included: the keys and values of the ConfigMap. Without the ConfigMap requests are answered with 503.",
  difference:
    "ingress-nginx's global list of allowed headers does not exist. Instead the ConfigMap must be in the Ingress's namespace, and headers of the connection, of the body's length and encoding, Set-Cookie, Location, Date and Server are left out with a warning.",
  // They may be what keeps browsers safe.
  onBadValue: "keep",
  // What is refused has a warning of its own.
  differsFor: () => false,
  read(text) {
    const value = line(text);
    if (/^[^/\s]+(?:\/[^/\s]+)?$/.test(value)) return value;
    throw new BadValue("does not name a ConfigMap", "Write `namespace/name`.");
  },
});

export const responses: AnnotationGroup = {
  title: "Headers and cookies of responses",
  annotations: [redirectFrom, redirectTo, cookieDomain, cookiePath, customHeaders],
  read(reader, context) {
    const redirectRewrite = readRedirect(reader);
    const domain = reader.read(cookieDomain);
    const path = reader.read(cookiePath);
    const headers = readHeaders(reader, context);
    return {
      filters: {
        ...(redirectRewrite && { redirectRewrite }),
        ...(domain && { cookieDomain: domain }),
        ...(path && { cookiePath: path }),
        ...(headers && { responseHeaders: headers }),
      },
    };
  },
};

function readRedirect(reader: AnnotationReader): { from: string; to: string } | undefined {
  const from = reader.read(redirectFrom);
  const to = reader.read(redirectTo);
  if (from === undefined || from === "off" || from === "default") return undefined;
  if (to !== undefined) return { from, to };
  const remedy = "Write proxy-redirect-to beside it.";
  reader.refuse(redirectFrom, new BadValue("has nothing that it becomes", remedy));
  return undefined;
}

/** The edge's to set, or another way about: framing and connection, what is said of the body, whose answer it is. */
const RESERVED: ReadonlySet<string> = new Set([
  "connection",
  "content-encoding",
  "content-length",
  "content-range",
  "date",
  "keep-alive",
  "location",
  "proxy-authenticate",
  "proxy-connection",
  "server",
  "set-cookie",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

function readHeaders(
  reader: AnnotationReader,
  { ingress: { metadata }, configMaps }: AnnotationContext,
): Record<string, string> | undefined {
  const written = reader.read(customHeaders);
  if (written === undefined) return undefined;
  const key = written.includes("/") ? written : `${metadata.namespace}/${written}`;
  if (!key.startsWith(`${metadata.namespace}/`)) {
    const remedy = `Copy the ConfigMap to namespace ${metadata.namespace}, and name that one.`;
    reader.refuse(customHeaders, new BadValue("lies in another namespace", remedy));
    return undefined;
  }
  const data = configMaps.get(key)?.data;
  if (data === undefined) {
    reader.refuse(customHeaders, new BadValue("is no ConfigMap that exists", "Create it, or name another."));
    return undefined;
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(data)) {
    const problem = problemOf(name, value);
    if (problem === undefined) headers[name.toLowerCase()] = value.trim();
    else warnOfHeader(reader, claimSource("Ingress", metadata).object, key, name, problem);
  }
  return headers;
}

function problemOf(name: string, value: string): string | undefined {
  if (!/^[a-zA-Z\d_-]+$/.test(name)) return "is not the name of a header";
  const lower = name.toLowerCase();
  const isReserved = RESERVED.has(lower) || lower.startsWith("lintel-");
  if (isReserved) return "is not a header that may be set for all responses";
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  const isImpossible = /[\u0000-\u001F\u007F]|[^\u0000-\u00FF]/.test(value.trim());
  return isImpossible ? "has a value that no header can have" : undefined;
}

/** One header harms only itself. */
function warnOfHeader(
  reader: AnnotationReader,
  object: string,
  configMap: string,
  name: string,
  problem: string,
): void {
  reader.warnings.push({
    object,
    field: `metadata.annotations[${customHeaders.name}]`,
    reason: "AnnotationIgnored",
    message: `"${name}" of ConfigMap ${configMap} ${problem}; responses go without it.`,
    remedy: "Take it out of the ConfigMap, or have the Service set it.",
  });
}
