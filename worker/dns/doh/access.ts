/** Who may ask. Cluster records are private: strangers are refused unless the resolver is told to be public. */
import { canonicalAddress, type DnsAccess } from "../../../contract/index.ts";
import { HttpError } from "./http-error.ts";

export interface AccessOptions {
  readonly access: DnsAccess;
  /** Needed for `token`; without one nobody is let in. */
  readonly token: string | undefined;
}

/** What a client shows of itself. */
export interface Credentials {
  readonly address: string;
  readonly authorization: string | null;
  /** From the path, for clients that can be given a URL only. */
  readonly pathToken: string | undefined;
}

const CHALLENGE = 'Bearer realm="dns-query"';

/** @throws HttpError 401 or 403. */
export function requireAccess({ access, token }: AccessOptions, credentials: Credentials): void {
  switch (access) {
    case "public":
      return;
    case "loopback":
      if (!isLoopback(credentials.address)) {
        throw new HttpError(403, "Forbidden: this resolver answers clients on its own machine only.");
      }
      return;
    case "token":
      requireToken(token, credentials);
  }
}

function requireToken(token: string | undefined, { authorization, pathToken }: Credentials): void {
  if (token === undefined || token === "") {
    throw new HttpError(403, "Forbidden: this resolver asks for a token, and none is configured.");
  }
  const shown = [bearerToken(authorization), pathToken].filter((text) => text !== undefined);
  if (shown.length === 0) {
    throw new HttpError(
      401,
      "Unauthorized: send `Authorization: Bearer <token>`, or ask /dns-query/<token>.",
      {
        "www-authenticate": CHALLENGE,
      },
    );
  }
  if (!shown.some((text) => isSameSecret(text, token))) {
    throw new HttpError(401, "Unauthorized: this is not the resolver's token.", {
      "www-authenticate": `${CHALLENGE}, error="invalid_token"`,
    });
  }
}

/** RFC 6750 2.1; the scheme's case does not matter (RFC 9110 11.1). */
function bearerToken(authorization: string | null): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
}

/** Takes time by the shown text's length alone: it tells nothing of how much of the secret was right. */
function isSameSecret(shown: string, secret: string): boolean {
  const encoder = new TextEncoder();
  const a = encoder.encode(shown);
  const b = encoder.encode(secret);
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i % b.length] ?? 0);
  return difference === 0;
}

/** 127.0.0.0/8 and ::1 (RFC 6890), IPv4-mapped addresses included. */
function isLoopback(address: string): boolean {
  const canonical = canonicalAddress(address);
  return canonical === "::1" || (canonical?.startsWith("127.") ?? false);
}
