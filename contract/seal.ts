/**
 * Sealing of private keys for storage (AES-256-GCM). Deterministic, so that an unchanged certificate gives unchanged
 * shard bytes: the nonce is an HMAC of purpose and plaintext under a key of its own, so no nonce ever serves two
 * plaintexts (the synthetic IV construction of RFC 8452's kind; equal plaintexts show as equal, which is intended).
 */
import { type Bytes, fromBase64, fromUtf8, toBase64, utf8 } from "./bytes.ts";
import { IntegrityError, MalformedError } from "./errors.ts";

const NONCE_BYTES = 12;
const KEY_BYTES = 32;

/** Seals and opens texts; `purpose` binds a sealed text to its place (it is authenticated, not stored). */
export interface Sealer {
  seal(purpose: string, plaintext: string): Promise<string>;
  /** @throws IntegrityError when the text was sealed with another key or purpose, or was changed. */
  open(purpose: string, sealed: string): Promise<string>;
}

/** 32 random bytes in base64. */
export function generateSealingKey(): string {
  return toBase64(crypto.getRandomValues(new Uint8Array(KEY_BYTES)));
}

/** @throws MalformedError when the text is not 32 bytes in base64. */
export async function loadSealer(sealingKey: string): Promise<Sealer> {
  const raw = fromBase64(sealingKey.trim());
  if (raw?.length !== KEY_BYTES) {
    throw new MalformedError("sealing key", `is not ${KEY_BYTES} bytes in base64`);
  }
  const master = await crypto.subtle.importKey("raw", raw, "HKDF", false, ["deriveKey"]);
  const derive = (info: string) => ({
    name: "HKDF",
    hash: "SHA-256",
    salt: new Uint8Array(),
    info: utf8(info),
  });
  const aes = await crypto.subtle.deriveKey(
    derive("lintel seal"),
    master,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
  const hmac = await crypto.subtle.deriveKey(
    derive("lintel nonce"),
    master,
    { name: "HMAC", hash: "SHA-256", length: 256 },
    false,
    ["sign"],
  );
  const gcm = (iv: Bytes, purpose: string) => ({ name: "AES-GCM", iv, additionalData: utf8(purpose) });
  return {
    async seal(purpose, plaintext) {
      const mac = await crypto.subtle.sign("HMAC", hmac, utf8(`${purpose}\0${plaintext}`));
      const nonce = new Uint8Array(mac.slice(0, NONCE_BYTES));
      const sealed = new Uint8Array(await crypto.subtle.encrypt(gcm(nonce, purpose), aes, utf8(plaintext)));
      return toBase64(Uint8Array.from([...nonce, ...sealed]));
    },
    async open(purpose, sealed) {
      const bytes = fromBase64(sealed);
      if (bytes === undefined || bytes.length <= NONCE_BYTES) {
        throw new MalformedError(purpose, "is not a sealed text");
      }
      try {
        const plain = await crypto.subtle.decrypt(
          gcm(bytes.slice(0, NONCE_BYTES), purpose),
          aes,
          bytes.slice(NONCE_BYTES),
        );
        return fromUtf8(new Uint8Array(plain));
      } catch (error) {
        throw new IntegrityError(purpose, "cannot be opened with this sealing key", { cause: error });
      }
    },
  };
}
