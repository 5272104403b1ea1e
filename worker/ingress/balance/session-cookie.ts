/** The Set-Cookie header of the affinity cookie (RFC 6265 4.1, ingress-nginx `session-cookie-*`). */
import type { Affinity, Route } from "../../../contract/index.ts";
import type { Exchange } from "../filters/filter.ts";
import { headerText } from "../header-text.ts";
import { understandsSameSiteNone } from "./same-site.ts";

export type SessionCookie = (
  value: string,
  exchange: Pick<Exchange, "client" | "request">,
  now: number,
) => string;

/** What does not vary is put together once. */
export function sessionCookie(affinity: Affinity, match: Route["match"]): SessionCookie {
  const { cookie, domain, maxAge, expires, sameSite, conditionalSameSiteNone, secure, partitioned } =
    affinity;
  const place = `; Path=${headerText(affinity.path ?? pathOf(match))}${domain === undefined ? "" : `; Domain=${domain}`}`;
  const age = maxAge === undefined ? "" : `; Max-Age=${maxAge}`;
  return (value, { client, request }, now) => {
    let text = `${cookie}=${value}${place}`;
    if (expires !== undefined) text += `; Expires=${new Date(now + expires * 1_000).toUTCString()}`;
    text += age;
    if (secure === true || client.scheme === "https") text += "; Secure";
    text += "; HttpOnly";
    const isOmitted =
      sameSite === "None" &&
      conditionalSameSiteNone === true &&
      !understandsSameSiteNone(request.headers.get("user-agent") ?? "");
    if (sameSite !== undefined && !isOmitted) text += `; SameSite=${sameSite}`;
    if (partitioned === true) text += "; Partitioned";
    return text;
  };
}

/** No browser would find a regular expression in a path. */
function pathOf({ path: { type, value } }: Route["match"]): string {
  return type === "RegularExpression" ? "/" : encodeURI(value.toWellFormed()).replaceAll(";", "%3B");
}
