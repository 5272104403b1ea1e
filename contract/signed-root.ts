/**
 * The signed form of a root: its canonical JSON, a line feed, and the Ed25519 signature over those JSON bytes in
 * lower-case hexadecimal. One root has one text: any changed bit is refused.
 */
import { fromHex, toHex, utf8 } from "./bytes.ts";
import { canonicalJson } from "./canonical.ts";
import { IntegrityError, MalformedError, parseAs, parseJson, UnsupportedVersionError } from "./errors.ts";
import { type Root, rootSchema } from "./root.ts";
import * as z from "./schema.ts";
import type { Signer, Verifier } from "./signing.ts";
import { CONTRACT_VERSION } from "./version.ts";

const WHAT = "root";
const SIGNATURE_HEX = 128;

export async function encodeRoot(root: Root, signer: Signer): Promise<string> {
  const json = canonicalJson(root);
  return `${json}\n${toHex(await signer.sign(utf8(json)))}`;
}

/**
 * Verifies, then reads a signed root.
 *
 * @throws IntegrityError when the signature is not by the verifier's key; UnsupportedVersionError for a root of
 *   another contract version; MalformedError when its shape is wrong.
 */
export async function decodeRoot(text: string, verifier: Verifier): Promise<Root> {
  const cut = text.length - SIGNATURE_HEX - 1;
  const signature = fromHex(text.slice(-SIGNATURE_HEX));
  if (cut < 0 || text[cut] !== "\n" || signature === undefined) {
    throw new MalformedError(WHAT, "has no signature line");
  }
  const json = text.slice(0, cut);
  if (!(await verifier.verify(utf8(json), signature))) {
    throw new IntegrityError(WHAT, "its signature is not by the expected key");
  }
  const value = parseJson(WHAT, json);
  const versioned = parseAs(WHAT, z.looseObject({ version: z.unknown() }), value);
  if (versioned.version !== CONTRACT_VERSION) {
    throw new UnsupportedVersionError(WHAT, versioned.version, CONTRACT_VERSION);
  }
  return parseAs(WHAT, rootSchema, value);
}
