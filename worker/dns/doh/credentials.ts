/** What somebody who asks shows of himself. */
import type { ClientFacts } from "../../../contract/index.ts";
import type { AskedUrl } from "./asked-url.ts";

export interface Credentials {
  readonly address: string;
  /** As a bearer token, and from the path, for clients that can be given a URL only. */
  readonly tokens: readonly string[];
  /** SHA-256 of a client certificate that the platform has verified, in hexadecimal. */
  readonly certificate: string | undefined;
  /** A token of Cloudflare Access. */
  readonly assertion: string | undefined;
}

/** Nobody's token is longer. */
const MOST_CHARS = 512;
const PATH = /^\/dns-query(?:\/([^/]*))?$/;

export function credentialsOf(
  { headers }: Request,
  { pathname }: Pick<AskedUrl, "pathname">,
  { address, certificate }: Pick<ClientFacts, "address" | "certificate">,
): Credentials {
  const tokens = [bearerToken(headers.get("authorization")), pathToken(pathname)].flatMap((token) =>
    token !== undefined && token.length <= MOST_CHARS ? [token] : [],
  );
  return {
    address,
    tokens,
    certificate,
    assertion: headers.get("cf-access-jwt-assertion") ?? undefined,
  };
}

export function isQueryPath(pathname: string): boolean {
  return PATH.test(pathname);
}

/** RFC 6750 2.1; the scheme's case does not matter (RFC 9110 11.1). */
export function bearerToken(authorization: string | null): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
}

function pathToken(pathname: string): string | undefined {
  const token = PATH.exec(pathname)?.[1];
  if (token === undefined || token === "") return undefined;
  try {
    return decodeURIComponent(token);
  } catch (error) {
    if (error instanceof URIError) return token;
    throw error;
  }
}
