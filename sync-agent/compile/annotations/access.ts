import { nginx } from "./annotation.ts";
import { basicAuthAnnotations, readBasicAuth } from "./basic-auth.ts";
import { externalAuthAnnotations, readExternalAuth } from "./external-auth.ts";
import type { AnnotationGroup } from "./group.ts";
import { jwtAnnotations, readJwtAuth } from "./jwt.ts";
import { oneOf, ranges } from "./values.ts";

const allowlist = nginx("whitelist-source-range", {
  alias: "allowlist-source-range",
  type: "list of CIDRs",
  default: "everybody",
  example: "10.0.0.0/24,2001:db8::/32",
  text: "The client addresses that are let in; all others get 403. `allowlist-source-range` is the same. A list that cannot be read lets nobody in.",
  difference:
    "The address is that of the client's connection to the edge; X-Forwarded-For is not believed. A bad list is answered with 403, not with 503.",
  onBadValue: "deny",
  read: ranges,
});

const denylist = nginx("denylist-source-range", {
  type: "list of CIDRs",
  default: "nobody",
  example: "192.0.2.0/24,198.51.100.7",
  text: "The client addresses that get 403; it comes before whitelist-source-range. A list that cannot be read lets nobody in.",
  onBadValue: "deny",
  read: ranges,
});

const satisfy = nginx("satisfy", {
  type: "`all` or `any`",
  default: "all",
  example: "any",
  text: "Whether address list, basic authentication, auth-url and token must all let a request in, or one of them is enough. Of several refusals a 401 is shown rather than a 403, and auth-signin rather than either.",
  read: oneOf("all", "any"),
});

export const access: AnnotationGroup = {
  title: "Who may come in",
  annotations: [
    allowlist,
    denylist,
    satisfy,
    ...basicAuthAnnotations,
    ...externalAuthAnnotations,
    ...jwtAnnotations,
  ],
  read(reader, context) {
    const allow = reader.read(allowlist);
    const own = reader.read(denylist);
    const blocked = context.controller?.blocked ?? [];
    const deny = own === undefined && blocked.length === 0 ? undefined : [...blocked, ...(own ?? [])];
    const mode = reader.read(satisfy) ?? "all";
    const basic = readBasicAuth(reader, context);
    const external = readExternalAuth(reader, context);
    const jwt = readJwtAuth(reader, context);
    const isUnreadable =
      (allow === undefined && reader.has(allowlist)) || (own === undefined && reader.has(denylist));
    if (external === "closed") return { filters: { closed: true } };
    if (isUnreadable) return { filters: { access: { satisfy: "all", allow: [] } } };
    if ([allow, deny, basic, external, jwt].every((part) => part === undefined)) return {};
    return {
      filters: {
        access: {
          satisfy: mode,
          ...(allow && { allow }),
          ...(deny && { deny }),
          ...(basic && { basic }),
          ...(external && { external }),
          ...(jwt && { jwt }),
        },
      },
    };
  },
};
