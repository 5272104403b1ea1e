/** The variables that texts of annotations may hold (nginx "Alphabetical index of variables"), by what is known here. */

/** `$name`, `${name}` and `$1`: the name is in the one of three groups that matches. */
const VARIABLE = /\$(?:\{(\w+)\}|(\d)|([A-Za-z_]\w*))/g;

export const VARIABLE_NAMES = [
  "args",
  "best_http_host",
  "binary_remote_addr",
  "content_type",
  "document_uri",
  "escaped_request_uri",
  "host",
  "http_host",
  "https",
  "is_args",
  "pass_access_scheme",
  "pass_server_port",
  "query_string",
  "redirect_port",
  "redirect_uri",
  "remote_addr",
  "remote_user",
  "req_id",
  "request_id",
  "request_method",
  "request_uri",
  "scheme",
  "server_name",
  "server_port",
  "the_real_ip",
  "uri",
] as const;

export type VariableName = (typeof VARIABLE_NAMES)[number];

/** `$arg_page`, `$cookie_session`, `$http_x_tenant`. */
export const VARIABLE_OF_REQUEST = /^(arg|cookie|http)_(\w+)$/;

/** A text in its parts: what stands there, and the names of variables. */
export function templateParts(text: string): ({ readonly text: string } | { readonly variable: string })[] {
  const parts: ({ readonly text: string } | { readonly variable: string })[] = [];
  let end = 0;
  for (const match of text.matchAll(VARIABLE)) {
    const [whole, braced, digit, plain] = match;
    if (match.index > end) parts.push({ text: text.slice(end, match.index) });
    parts.push({ variable: braced ?? digit ?? plain ?? "" });
    end = match.index + whole.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}

/** Those of a text that stand for nothing, whatever the request; each once. */
export function unknownVariables(text: string): string[] {
  const names = templateParts(text).flatMap((part) => ("variable" in part ? [part.variable] : []));
  return [...new Set(names)].filter((name) => {
    const isKnown = (VARIABLE_NAMES as readonly string[]).includes(name);
    return !isKnown && !/^\d$/.test(name) && !VARIABLE_OF_REQUEST.test(name);
  });
}
