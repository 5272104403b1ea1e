import { beforeAll, expect, it } from "vitest";
import {
  CONTRACT_VERSION,
  ContractError,
  decodePurge,
  decodeRoot,
  encodePurge,
  generateSigningPair,
  loadSigner,
  loadVerifier,
  type Purge,
  type Signer,
  toHex,
  utf8,
  type Verifier,
} from "../../contract/index.ts";

const ORDER: Purge = { version: CONTRACT_VERSION, cluster: "default", time: 1, host: "a.test", path: "/x" };
let signer: Signer;
let verifier: Verifier;
beforeAll(async () => {
  const { privateKey, publicKey } = await generateSigningPair();
  [signer, verifier] = await Promise.all([loadSigner(privateKey), loadVerifier(publicKey)]);
});

const signed = async (text: string) => `${text}\n${toHex(await signer.sign(utf8(text)))}`;

it("is read as it was signed", async () => {
  expect(await decodePurge(await encodePurge(ORDER, signer), verifier)).toEqual(ORDER);
});

it("is never taken for a root, nor a root for it", async () => {
  await expect(decodeRoot(await encodePurge(ORDER, signer), verifier)).rejects.toThrow(ContractError);
  const json = JSON.stringify(ORDER);
  await expect(decodePurge(await signed(json), verifier)).rejects.toThrow("no signed order");
});

it.each([
  ["that says more than is known", { ...ORDER, soft: true }],
  ["with a host that is none", { ...ORDER, host: "*" }],
  ["of another version", { ...ORDER, version: 0 }],
])("%s is refused although it is signed", async (_, order) => {
  await expect(decodePurge(await signed(`lintel purge\n${JSON.stringify(order)}`), verifier)).rejects.toThrow(
    ContractError,
  );
});
