/**
 * Texts with nginx's variables, as annotations hold them (nginx "Alphabetical index of variables"). Compiled once, then
 * expanded for each request. A variable that does not exist stands for nothing.
 */
import {
  type ClientFacts,
  templateParts,
  VARIABLE_OF_REQUEST,
  type VariableName,
} from "../../contract/index.ts";
import { basicCredentials } from "./basic-credentials.ts";

/** What variables are read from. */
export interface VariableSource {
  readonly request: Request;
  readonly url: URL;
  /** As path.ts has it. */
  readonly path: string;
  /** Without the port, lower case. */
  readonly hostname: string;
  /** The Host header as it came. */
  readonly host: string;
  readonly client: ClientFacts;
  readonly requestId: string;
  /** The groups of the match, the whole match first; empty unless the path is a regular expression. */
  readonly groups: readonly (string | undefined)[];
}

export type Template = (source: VariableSource) => string;

export function compileTemplate(text: string): Template {
  const parts = templateParts(text).map((part) => ("variable" in part ? variable(part.variable) : part.text));
  const [only] = parts;
  if (parts.length === 0) return () => "";
  if (parts.length === 1 && only !== undefined) return typeof only === "string" ? () => only : only;
  return (source) => {
    let expanded = "";
    for (const part of parts) expanded += typeof part === "string" ? part : part(source);
    return expanded;
  };
}

/** Path and query as they came, a question mark without a query with them. */
export function requestTarget({ href }: URL): string {
  return href.slice(href.indexOf("/", "https://".length));
}

const requestUri: Template = ({ url }) => requestTarget(url);
/** ingress-nginx leaves it out of some redirects. */
export function withoutSlash(uri: string): string {
  return uri.endsWith("/") ? uri.slice(0, -1) : uri;
}

const queryString: Template = ({ url }) => url.search.slice(1);
const clientAddress: Template = ({ client }) => client.address;
const hostname: Template = (source) => source.hostname;
const scheme: Template = ({ client }) => client.scheme;
const decodedPath: Template = ({ path }) => path;

const VARIABLES: Readonly<Record<VariableName, Template>> = {
  args: queryString,
  best_http_host: ({ host }) => host,
  binary_remote_addr: clientAddress,
  content_type: ({ request }) => request.headers.get("content-type") ?? "",
  document_uri: decodedPath,
  escaped_request_uri: (source) => encodeURIComponent(requestUri(source)),
  host: hostname,
  http_host: ({ host }) => host,
  https: ({ client }) => (client.scheme === "https" ? "on" : ""),
  is_args: ({ url }) => (url.search === "" ? "" : "?"),
  pass_access_scheme: scheme,
  pass_server_port: ({ client }) => String(client.port),
  query_string: queryString,
  // Two of our own, for redirects to another host of this edge. The client's port, unless it is the scheme's own.
  redirect_port: ({ url }) => (url.port === "" ? "" : `:${url.port}`),
  redirect_uri: (source) => withoutSlash(requestUri(source)),
  remote_addr: clientAddress,
  remote_user: ({ request }) => basicCredentials(request.headers.get("authorization"))?.user ?? "",
  req_id: ({ requestId }) => requestId,
  request_id: ({ requestId }) => requestId,
  request_method: ({ request }) => request.method,
  request_uri: requestUri,
  scheme: scheme,
  server_name: hostname,
  server_port: ({ client }) => String(client.port),
  the_real_ip: clientAddress,
  uri: decodedPath,
};

const BY_NAME: ReadonlyMap<string, Template> = new Map(Object.entries(VARIABLES));

function variable(name: string): Template {
  if (/^\d$/.test(name)) {
    const index = Number(name);
    return ({ groups }) => groups[index] ?? "";
  }
  const known = BY_NAME.get(name);
  if (known !== undefined) return known;
  const [, kind, rest = ""] = VARIABLE_OF_REQUEST.exec(name) ?? [];
  if (kind === "arg") return ({ url }) => argumentOf(url.search, rest);
  if (kind === "cookie") return ({ request }) => cookieOf(request.headers, rest) ?? "";
  if (kind === undefined) return () => "";
  const header = rest.toLowerCase().replaceAll("_", "-");
  return ({ request }) => request.headers.get(header) ?? "";
}

/** As it stands in the query; nginx does not decode it. */
function argumentOf(search: string, name: string): string {
  for (const pair of search.slice(1).split("&")) {
    const equals = pair.indexOf("=");
    if (equals === name.length && pair.slice(0, equals).toLowerCase() === name.toLowerCase()) {
      return pair.slice(equals + 1);
    }
  }
  return "";
}

/** The first cookie of that name (RFC 6265 5.4); names are case-sensitive. */
export function cookieOf(headers: Headers, name: string): string | undefined {
  const cookies = headers.get("cookie");
  if (cookies === null) return undefined;
  for (const pair of cookies.split(";")) {
    const equals = pair.indexOf("=");
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
  }
  return undefined;
}
