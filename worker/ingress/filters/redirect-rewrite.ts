/** ingress-nginx `proxy-redirect-from` and `-to` (nginx `proxy_redirect`): where a Service sends clients. */
import { headerText } from "../header-text.ts";
import { compileTemplate } from "../variables.ts";
import type { Filter } from "./filter.ts";

export const redirectRewrite: Filter = ({ redirectRewrite: wanted }) => {
  if (wanted === undefined) return undefined;
  const from = compileTemplate(wanted.from);
  const to = compileTemplate(wanted.to);
  return {
    response(exchange, { headers }) {
      // Where the edge itself sends clients is right already.
      if (!exchange.outgoing.answered) return undefined;
      const location = headers.get("location");
      const refresh = headers.get("refresh");
      if (location === null && refresh === null) return undefined;
      const rewritten = (url: string): string | undefined => {
        const prefix = from(exchange);
        return url.startsWith(prefix) ? headerText(to(exchange)) + url.slice(prefix.length) : undefined;
      };
      if (location !== null) headers.set("location", rewritten(location) ?? location);
      // `5; url=http://…`
      const start = refresh === null ? -1 : refresh.search(/url=/i);
      if (refresh !== null && start >= 0) {
        const cut = start + "url=".length;
        const url = refresh.slice(cut);
        headers.set("refresh", refresh.slice(0, cut) + (rewritten(url) ?? url));
      }
      return undefined;
    },
  };
};
