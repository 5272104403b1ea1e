/** Ed25519 (RFC 8032) signing pairs. Private keys are PKCS #8 PEM, public keys 32 raw bytes in base64. */
import { type Bytes, fromBase64, toBase64 } from "./bytes.ts";
import { MalformedError } from "./errors.ts";

export interface Signer {
  sign(bytes: Bytes): Promise<Bytes>;
}

export interface Verifier {
  verify(bytes: Bytes, signature: Bytes): Promise<boolean>;
}

const PEM = /^-----BEGIN PRIVATE KEY-----\s*([A-Za-z0-9+/=\s]+)-----END PRIVATE KEY-----\s*$/;

export async function generateSigningPair(): Promise<{ privateKey: string; publicKey: string }> {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey));
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  return {
    privateKey: `-----BEGIN PRIVATE KEY-----\n${toBase64(pkcs8)}\n-----END PRIVATE KEY-----\n`,
    publicKey: toBase64(raw),
  };
}

/** @throws MalformedError when the text is not an Ed25519 private key in PKCS #8 PEM. */
export async function loadSigner(privateKey: string): Promise<Signer> {
  const body = PEM.exec(privateKey.trim())?.[1];
  const pkcs8 = body === undefined ? undefined : fromBase64(body.replaceAll(/\s/g, ""));
  const key = await importKey("signing key", "pkcs8", pkcs8, "sign");
  return { sign: async (bytes) => new Uint8Array(await crypto.subtle.sign("Ed25519", key, bytes)) };
}

/** @throws MalformedError when the text is not 32 bytes in base64. */
export async function loadVerifier(publicKey: string): Promise<Verifier> {
  const key = await importKey("public key", "raw", fromBase64(publicKey.trim()), "verify");
  return { verify: (bytes, signature) => crypto.subtle.verify("Ed25519", key, signature, bytes) };
}

async function importKey(
  what: string,
  format: "pkcs8" | "raw",
  bytes: Bytes | undefined,
  usage: "sign" | "verify",
) {
  const problem = "is not an Ed25519 key as `lintel keys` writes it";
  if (bytes === undefined) throw new MalformedError(what, problem);
  try {
    return await crypto.subtle.importKey(format, bytes, "Ed25519", false, [usage]);
  } catch (error) {
    throw new MalformedError(what, problem, { cause: error });
  }
}
