import { rawByteOf } from "../path.ts";
import { compileTemplate } from "../variables.ts";
import type { Filter } from "./filter.ts";
import { redirectTo } from "./redirects.ts";

/**
 * ingress-nginx `rewrite-target`: the path that the upstream sees, made of the match's groups. The query string is
 * kept; what the target itself has of one comes first, and a question mark at its end drops it (nginx `rewrite`). A URL
 * redirects.
 */
export const rewrite: Filter = ({ rewrite: wanted }) => {
  if (wanted === undefined) return undefined;
  const expand = compileTemplate(wanted);
  return {
    request(exchange) {
      const { url, outgoing } = exchange;
      // Groups are of the decoded path: a question mark in one is no query.
      const groups = exchange.groups.map((group) => group && encodePath(group));
      const target = withQuery(expand({ ...exchange, groups }), url.search);
      if (/^https?:\/\//i.test(target)) return redirectTo(target, 302);
      outgoing.target = target.startsWith("/") ? target : `/${target}`;
      return undefined;
    },
  };
};

function withQuery(target: string, search: string): string {
  if (target.endsWith("?")) return target.slice(0, -1);
  if (search === "") return target;
  return target.includes("?") ? `${target}&${search.slice(1)}` : target + search;
}

/** What nginx encodes in a path that it has changed; bytes that are no UTF-8 as path.ts has them. */
function encodePath(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are among it
  return text.replaceAll(/[\u0000-\u0020"#%<>?\\^`{|}\u007F-\u{10FFFF}]/gu, (char) => {
    const byte = rawByteOf(char);
    return byte === undefined ? encodeURIComponent(char) : `%${byte.toString(16).toUpperCase()}`;
  });
}
