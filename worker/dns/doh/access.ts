/** Who may ask. Cluster records are private: strangers are refused unless the resolver is told to be public. */
import { canonicalAddress, type DnsAccess } from "../../../contract/index.ts";
import type { Credentials } from "./credentials.ts";
import { HttpError } from "./http-error.ts";

export interface AccessOptions {
  readonly access: DnsAccess;
  /** The resolver's own; without one nobody is let in by it. */
  readonly token: string | undefined;
}

const CHALLENGE = 'Bearer realm="dns-query"';

/** Whether the resolver's own token is shown, where it is one that asks for it. */
export function showsToken(
  { access, token }: AccessOptions,
  { tokens }: Pick<Credentials, "tokens">,
): boolean {
  return (
    access === "token" &&
    token !== undefined &&
    token !== "" &&
    tokens.some((shown) => isSameSecret(shown, token))
  );
}

/** Why somebody is not let in who shows nothing that counts; `undefined` where everybody on that machine may ask. */
export function refusalOf(
  { access, token }: AccessOptions,
  { address, tokens }: Pick<Credentials, "address" | "tokens">,
): HttpError | undefined {
  switch (access) {
    case "public":
      return undefined;
    case "loopback":
      return isLoopback(address)
        ? undefined
        : new HttpError(403, "Forbidden: this resolver answers clients on its own machine only.");
    case "token":
      if (token === undefined || token === "") return noToken();
      return tokens.length > 0 ? wrongToken() : missingToken();
  }
}

/** @throws HttpError 401 or 403. */
export function requireAccess(
  options: AccessOptions,
  credentials: Pick<Credentials, "address" | "tokens">,
): void {
  const refusal = showsToken(options, credentials) ? undefined : refusalOf(options, credentials);
  if (refusal !== undefined) throw refusal;
}

function noToken(): HttpError {
  return new HttpError(403, "Forbidden: this resolver asks for a token that it knows.");
}

function missingToken(): HttpError {
  return new HttpError(
    401,
    "Unauthorized: send `Authorization: Bearer <token>`, or ask /dns-query/<token>.",
    {
      "www-authenticate": CHALLENGE,
    },
  );
}

function wrongToken(): HttpError {
  return new HttpError(401, "Unauthorized: this is not the resolver's token.", {
    "www-authenticate": `${CHALLENGE}, error="invalid_token"`,
  });
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
