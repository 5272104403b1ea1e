import type { Affinity } from "../../../contract/index.ts";
import { BadValue, nginx } from "./annotation.ts";
import type { AnnotationGroup } from "./group.ts";
import { boolean, cookieName, integer, line, oneOf } from "./values.ts";

const affinityType = nginx("affinity", {
  type: "`cookie`",
  default: "none",
  example: "cookie",
  text: "Clients stay with the endpoint that served them first, by a cookie. Its value says nothing of the endpoint's address; it is HttpOnly, and Secure over https.",
  difference: "Cookies that ingress-nginx has set are not understood: each client gets a new one once.",
  read: oneOf("cookie"),
});

const affinityMode = nginx("affinity-mode", {
  type: "`balanced`, `persistent` or `persistent-drainable`",
  default: "balanced",
  example: "persistent",
  text: "`balanced` moves a share of the clients when endpoints are added. `persistent` moves none as long as their endpoint is ready, `persistent-drainable` none until it has gone.",
  read: oneOf("balanced", "persistent", "persistent-drainable"),
});

const canaryBehavior = nginx("affinity-canary-behavior", {
  type: "`sticky` or `legacy`",
  default: "sticky",
  example: "legacy",
  text: "Whether clients also stay on their side of a canary (before its header, cookie and weight are asked), or each request is decided anew.",
  read: oneOf("sticky", "legacy"),
});

const name = nginx("session-cookie-name", {
  type: "name",
  default: "INGRESSCOOKIE",
  example: "route",
  text: "The name of the affinity cookie.",
  read: cookieName,
});

const seconds = integer(-2_147_483_648, 2_147_483_647);

const expires = nginx("session-cookie-expires", {
  type: "number of seconds",
  default: "none: the cookie ends with the browser's session",
  example: `"172800"`,
  text: "After how long the affinity cookie expires, as Expires.",
  read: seconds,
});

const maxAge = nginx("session-cookie-max-age", {
  type: "number of seconds",
  default: "none: the cookie ends with the browser's session",
  example: `"172800"`,
  text: "After how long the affinity cookie expires, as Max-Age.",
  read: seconds,
});

const path = nginx("session-cookie-path", {
  type: "path",
  default: "the rule's own path; / where it is a regular expression",
  example: "/shop",
  text: "The Path of the affinity cookie.",
  read(text) {
    const value = line(text);
    if (value.startsWith("/") && !value.includes(";")) return value;
    throw new BadValue("is not a path", "Begin it with a slash, and leave semicolons out.");
  },
});

const domain = nginx("session-cookie-domain", {
  type: "domain",
  default: "none: the host itself",
  example: "example.com",
  text: "The Domain of the affinity cookie.",
  read(text) {
    const value = line(text).toLowerCase();
    if (/^\.?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/.test(value)) return value;
    throw new BadValue("is not a domain", `Write one as in "example.com".`);
  },
});

const secure = nginx("session-cookie-secure", {
  type: "boolean",
  default: "false",
  example: `"true"`,
  text: "Makes the affinity cookie Secure also where the request came over plain http. Over https it is in any case.",
  read: boolean,
});

const sameSite = nginx("session-cookie-samesite", {
  type: "`Strict`, `Lax` or `None`",
  default: "none",
  example: "Lax",
  text: "The SameSite of the affinity cookie.",
  read: oneOf("Strict", "Lax", "None"),
});

const conditionalSameSiteNone = nginx("session-cookie-conditional-samesite-none", {
  type: "boolean",
  default: "false",
  example: `"true"`,
  text: "Leaves SameSite=None out for old browsers that would take it for Strict.",
  read: boolean,
});

const partitioned = nginx("session-cookie-partitioned", {
  type: "boolean",
  default: "false",
  example: `"true"`,
  text: "Makes the affinity cookie Partitioned: where other sites embed this one, each has a cookie of its own. Browsers ask that it is Secure, too.",
  read: boolean,
});

const changeOnFailure = nginx("session-cookie-change-on-failure", {
  type: "boolean",
  default: "false",
  example: `"true"`,
  text: "A client whose endpoint fails is served by another one and stays there. Without it, requests of such a client fail until its endpoint is back, or gone.",
  read: boolean,
});

export const affinity: AnnotationGroup = {
  title: "Session affinity",
  annotations: [
    affinityType,
    affinityMode,
    canaryBehavior,
    name,
    expires,
    maxAge,
    path,
    domain,
    secure,
    sameSite,
    conditionalSameSiteNone,
    partitioned,
    changeOnFailure,
  ],
  read(reader) {
    const isWanted = reader.read(affinityType) === "cookie";
    const mode = reader.read(affinityMode) ?? "balanced";
    const [expiresIn, age] = [reader.read(expires), reader.read(maxAge)];
    const [place, host, site] = [reader.read(path), reader.read(domain), reader.read(sameSite)];
    const affinity: Affinity = {
      cookie: reader.read(name) ?? "INGRESSCOOKIE",
      mode: mode === "persistent-drainable" ? "persistent_drainable" : mode,
      stickyCanary: reader.read(canaryBehavior) !== "legacy",
      ...(place !== undefined && { path: place }),
      ...(host !== undefined && { domain: host }),
      ...(age !== undefined && { maxAge: age }),
      ...(expiresIn !== undefined && { expires: expiresIn }),
      ...(site !== undefined && { sameSite: site }),
      ...(reader.read(conditionalSameSiteNone) === true && { conditionalSameSiteNone: true }),
      ...(reader.read(secure) === true && { secure: true }),
      ...(reader.read(partitioned) === true && { partitioned: true }),
      ...(reader.read(changeOnFailure) === true && { changeOnFailure: true }),
    };
    return isWanted ? { filters: { affinity } } : {};
  },
};
