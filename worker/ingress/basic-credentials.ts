/** What an Authorization header of the scheme Basic holds (RFC 7617 2). */
import { fromBase64, fromUtf8 } from "../../contract/index.ts";

const FORM = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i;

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

export function isBasic(authorization: string | null): boolean {
  return FORM.test(authorization ?? "");
}

/** `undefined` for what is of another scheme, or malformed. */
export function basicCredentials(authorization: string | null): Credentials | undefined {
  const [, encoded] = FORM.exec(authorization ?? "") ?? [];
  const text = encoded === undefined ? undefined : decode(encoded);
  const colon = text?.indexOf(":") ?? -1;
  if (text === undefined || colon < 0) return undefined;
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** `undefined` for what is not UTF-8 in base64. */
function decode(encoded: string): string | undefined {
  const bytes = fromBase64(encoded);
  try {
    return bytes && fromUtf8(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
