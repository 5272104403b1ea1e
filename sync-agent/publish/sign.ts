import {
  ContractError,
  decodeRoot,
  decodeShard,
  encodeRoot,
  IntegrityError,
  type Signer,
  type Verifier,
} from "../../contract/index.ts";
import type { SignedRoot } from "./current.ts";
import { PublishError } from "./error.ts";
import type { Plan } from "./plan.ts";

export interface Keys {
  readonly signer: Signer;
  /** Of the public key that the edge has. */
  readonly verifier: Verifier;
}

/**
 * Signs a plan's root, and reads everything that is about to be published as the edge will, so that nothing is
 * published that the edge would have to refuse.
 *
 * @throws PublishError
 */
export async function signPlan({ root, shards }: Plan, { signer, verifier }: Keys): Promise<SignedRoot> {
  const operation = `sign generation ${root.generation} of cluster ${root.cluster}`;
  try {
    for (const { section, digest, text } of shards) await decodeShard(section, digest, text);
    const text = await encodeRoot(root, signer);
    return { root: await decodeRoot(text, verifier), text };
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    const mismatch = error instanceof IntegrityError && error.what === "root";
    throw new PublishError({
      operation,
      reason: mismatch ? "keys" : "contract",
      problem: error.message,
      remedy: mismatch
        ? "give the agent the two keys of one `lintel keys` run"
        : "this is an error in Lintel, please report it with this message; the edge keeps what it has",
      cause: error,
    });
  }
}
