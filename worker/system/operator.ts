/** Who may look into the edge itself: whoever may ask its resolver about everything, by the rule of its own. */
import type { ClientFacts, DnsAccess } from "../../contract/index.ts";
import { requireAccess } from "../dns/doh/access.ts";
import { bearerToken } from "../dns/doh/credentials.ts";
import { HttpError } from "../dns/doh/http-error.ts";

/** `undefined` for an operator. Open to the public the resolver may be, this is not. */
export function operatorRefusal(
  { access, token }: { readonly access: DnsAccess; readonly token: string | undefined },
  { address }: ClientFacts,
  authorization: string | undefined,
): Response | undefined {
  const shown = bearerToken(authorization ?? null);
  try {
    requireAccess(
      { access: access === "public" ? "token" : access, token },
      { address, tokens: shown === undefined ? [] : [shown] },
    );
    return undefined;
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return error.toResponse();
  }
}
