import type { JwtAuth } from "../../../contract/index.ts";
import { BadValue, own } from "./annotation.ts";
import { forwardableHeaders } from "./forwardable-headers.ts";
import type { AnnotationContext } from "./group.ts";
import type { AnnotationReader } from "./reader.ts";
import { readTarget, targetUrl } from "./targets.ts";
import { line, list } from "./values.ts";

const issuer = own("jwt-issuer", {
  type: "text",
  default: "none",
  example: "https://login.example.com/",
  text: "Lets in who shows a bearer token (JWT, RFC 7519) of this issuer: the claim `iss` must be exactly this. The token must be signed with a public key of jwt-jwks-url (RSA, ECDSA or Ed25519, never a shared secret or nothing), and must have an `exp` that has not passed, give or take 30 seconds. Otherwise the answer is 401. The token goes on to the Service. `/.well-known/acme-challenge/` and a token needs none, unless it is rewritten.",
  onBadValue: "close",
  read: line,
});

const audience = own("jwt-audience", {
  type: "list",
  default: "any: set it wherever an issuer has more than one audience",
  example: "shop, shop-admin",
  text: "The claim `aud` of the token must name one of these.",
  onBadValue: "close",
  read(text) {
    const audiences = list(line(text));
    if (audiences.length > 0) return audiences;
    throw new BadValue("names no audience", "Write one, or several separated by commas.");
  },
});

const jwksUrl = own("jwt-jwks-url", {
  type: "URL",
  default: "none",
  example: "https://login.example.com/.well-known/jwks.json",
  text: "Where the issuer's keys are (a JSON Web Key Set, RFC 7517). As in auth-url the host may name a Service. They are kept for 5 minutes, asked for anew when a token names a key that is not among them, and for as long as an hour where they cannot be had anew. Without any, the answer is 500.",
  onBadValue: "close",
  read(text) {
    const url = targetUrl(text);
    if (!url.includes("$")) return url;
    throw new BadValue(
      "holds variables",
      "Write out the URL: an issuer's keys are the same for all requests.",
    );
  },
});

const claimsToHeaders = own("jwt-claims-to-headers", {
  type: "list of `claim=Header`",
  default: "none",
  example: "sub=X-User, realm_access.roles=X-Roles",
  text: "Headers in which the Service is told what the token claims; what a client sends under these names does not go on. Dots lead into objects; lists are joined by commas. Characters that headers cannot carry are percent-encoded as UTF-8.",
  onBadValue: "close",
  read(text) {
    const pairs = list(text).map((pair) => {
      const [claim, header] = [pair.slice(0, pair.lastIndexOf("=")), pair.slice(pair.lastIndexOf("=") + 1)];
      const [name = ""] = forwardableHeaders(header);
      if (claim.trim() !== "") return [name, claim.trim()] as const;
      throw new BadValue(`holds "${pair}", which names no claim`, "Write pairs as in `sub=X-User`.");
    });
    if (pairs.length > 0) return Object.fromEntries(pairs);
    throw new BadValue("names no claim", "Write pairs as in `sub=X-User`.");
  },
});

export const jwtAnnotations = [issuer, audience, jwksUrl, claimsToHeaders] as const;

/** `undefined` where there is none, or where the reader has been told that there can be none. */
export function readJwtAuth(reader: AnnotationReader, context: AnnotationContext): JwtAuth | undefined {
  const written = jwtAnnotations.filter((annotation) => reader.has(annotation));
  const name = reader.read(issuer);
  const audiences = reader.read(audience) ?? [];
  const url = reader.read(jwksUrl);
  const claimHeaders = reader.read(claimsToHeaders) ?? {};
  const [first] = written;
  if (first === undefined) return undefined;
  for (const needed of [issuer, jwksUrl]) {
    if (written.includes(needed)) continue;
    const short = needed.name.slice(needed.name.indexOf("/") + 1);
    reader.refuse(first, new BadValue(`comes without ${short}`, `Write ${needed.name} beside it.`));
  }
  const keys = url === undefined ? undefined : readTarget(reader, jwksUrl, url, context);
  if (name === undefined || keys === undefined) return undefined;
  return { issuer: name, audiences, keys, claimHeaders };
}
