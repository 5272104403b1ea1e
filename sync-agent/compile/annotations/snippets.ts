/** What can be told of a snippet without an nginx: whether it keeps somebody out, and which annotations say the same. */

/** nginx directives that keep somebody out, where a directive may begin. */
const RESTRICTING =
  /(?:^|[;{}\n])\s*(?:deny|allow|auth_(?:basic|request|jwt|digest)\w*|satisfy|internal|limit_(?:req|conn|except)|(?:access|rewrite)_by_lua\w*|ssl_verify_client|secure_link\w*|valid_referers|return\s+[45]\d\d)\b/;

/** Rules of ModSecurity that do. */
const RESTRICTING_RULE = /^\s*Sec(?:Rule|Action)\b[^]*\b(?:deny|drop|block)\b/m;

export function restricts(snippet: string): boolean {
  return RESTRICTING.test(snippet) || RESTRICTING_RULE.test(snippet);
}

const NOTHING = "";

/** What the directives are written as here, or that there is no need of them. The first that fits counts. */
const DIRECTIVES: readonly (readonly [RegExp, string])[] = [
  [/^(?:more_set_headers|add_header)\b.*strict-transport-security/is, "lintel.dev/hsts"],
  [/^(?:more_set_headers|add_header)\b.*access-control-/is, "enable-cors"],
  [/^(?:more_set_headers|more_clear_headers|add_header)\b/, "custom-headers"],
  [/^return\s+(?:301|308)\b/, "permanent-redirect"],
  [/^return\s+(?:302|303|307)\b/, "temporal-redirect"],
  [/^rewrite\b.*\bpermanent$/s, "permanent-redirect"],
  [/^rewrite\b.*\bredirect$/s, "temporal-redirect"],
  [/^rewrite\b/, "rewrite-target"],
  [/^client_max_body_size\b/, "proxy-body-size"],
  [
    /^proxy_(?:connect|read|send)_timeout\b/,
    "proxy-connect-timeout, proxy-read-timeout and proxy-send-timeout",
  ],
  [/^proxy_next_upstream\w*/, "proxy-next-upstream"],
  [/^proxy_set_header\s+host\b/i, "upstream-vhost"],
  [/^proxy_set_header\s+(?:x-real-ip|x-forwarded-\w+|upgrade|connection)\b/i, NOTHING],
  [/^proxy_ssl_verify\s+off$/, NOTHING],
  [/^proxy_ssl_(?:verify|name)\b/, "proxy-ssl-verify and proxy-ssl-name"],
  [/^proxy_cookie_(?:path|domain)\b/, "proxy-cookie-path and proxy-cookie-domain"],
  [/^proxy_redirect\b/, "proxy-redirect-from and proxy-redirect-to"],
  [/^proxy_cache\w*/, "lintel.dev/cache"],
  [/^proxy_(?:buffer|busy_buffers|request_buffering|max_temp_file)\w*/, NOTHING],
  [
    /^(?:gzip|brotli|chunked_transfer_encoding|large_client_header_buffers|client_(?:body|header)_buffer)\w*/,
    NOTHING,
  ],
  [/^proxy_http_version\b/, NOTHING],
  [/^(?:allow|deny)\b/, "whitelist-source-range and denylist-source-range"],
  [/^auth_basic\w*/, "auth-type and auth-secret"],
  [/^auth_request\w*/, "auth-url"],
  [/^limit_req\w*/, "limit-rps"],
  [/^limit_conn\w*/, "limit-connections"],
  [/^satisfy\b/, "satisfy"],
  [/^error_page\b/, "custom-http-errors"],
  [/^mirror\w*/, "mirror-target"],
  [/^access_log\b/, "enable-access-log"],
];

/** What to do instead of a snippet. */
export function snippetRemedy(snippet: string): string {
  const needless = new Set<string>();
  const instead = new Map<string, string>();
  const directives = directivesOf(snippet);
  for (const directive of directives) {
    const [name = ""] = directive.split(/\s/);
    const found = DIRECTIVES.find(([pattern]) => pattern.test(directive))?.[1];
    if (found === NOTHING) needless.add(name);
    else if (found !== undefined && !instead.has(found)) instead.set(found, name);
  }
  if (
    directives.length > 0 &&
    directives.every((directive) => needless.has(directive.split(/\s/)[0] ?? ""))
  ) {
    return `Take it out: nothing is needed here in place of ${[...needless].join(", ")}.`;
  }
  const advice = Array.from(instead, ([annotation, name]) => `${annotation} for ${name}`);
  const listed = advice.length === 0 ? "" : ` (${advice.join("; ")})`;
  return `Say the same with other annotations${listed}, and take it out; docs/annotations.md lists them by what they do.`;
}

/** Each with its arguments, the blocks that they stand in aside. */
function directivesOf(snippet: string): string[] {
  return snippet
    .replaceAll(/^\s*#.*$/gm, "")
    .split(/[;{}]/)
    .map((part) => part.trim())
    .filter((part) => part !== "" && !/^(?:location|if|set|limit_except)\b/.test(part));
}
