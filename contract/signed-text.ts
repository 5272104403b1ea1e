/**
 * The signed form of what is no root: a first line that says what it is, so that no signature counts for anything else
 * and none for a root, which begins with a brace; canonical JSON; and the Ed25519 signature over these two lines in
 * lower-case hexadecimal.
 */
import { fromHex, toHex, utf8 } from "./bytes.ts";
import { canonicalJson } from "./canonical.ts";
import { IntegrityError, MalformedError, parseJson } from "./errors.ts";
import type { Signer, Verifier } from "./signing.ts";

const FORM = /^(?<signed>(?<first>lintel [a-z]+)\n(?<json>[^\n]+))\n(?<signature>[0-9a-f]{128})$/;

/** @param what names its kind in its first line: `purge`, `report`. */
export async function encodeSigned(what: string, value: unknown, signer: Signer): Promise<string> {
  const signed = `lintel ${what}\n${canonicalJson(value)}`;
  return `${signed}\n${toHex(await signer.sign(utf8(signed)))}`;
}

/**
 * The value, whose shape nobody has looked at yet.
 *
 * @param called what people call it, where that differs.
 * @throws IntegrityError when the signature is not by the verifier's key; MalformedError when its form is wrong.
 */
export async function decodeSigned(
  what: string,
  text: string,
  verifier: Verifier,
  called = what,
): Promise<unknown> {
  const { signed, first, json, signature: hex } = FORM.exec(text)?.groups ?? {};
  const signature = fromHex(hex ?? "");
  if (signed === undefined || json === undefined || signature === undefined || first !== `lintel ${what}`) {
    throw new MalformedError(what, `is no signed ${called}`);
  }
  if (!(await verifier.verify(utf8(signed), signature))) {
    throw new IntegrityError(what, "its signature is not by the expected key");
  }
  return parseJson(what, json);
}
