import { generateSigningPair, loadSigner, loadVerifier } from "../../../../contract/index.ts";
import type { Keys } from "../../../../sync-agent/publish/sign.ts";

export async function newKeys(): Promise<Keys> {
  const { privateKey, publicKey } = await generateSigningPair();
  return { signer: await loadSigner(privateKey), verifier: await loadVerifier(publicKey) };
}
