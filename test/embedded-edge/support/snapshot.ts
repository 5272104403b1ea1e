/** Snapshots that hold certificates and nothing else, published as the agent does. */
import {
  type CertificateRecord,
  encodeHead,
  encodeRoot,
  encodeSection,
  generateSealingKey,
  generateSigningPair,
  headKey,
  headOf,
  loadSealer,
  loadSigner,
  loadVerifier,
  type Root,
  rootKey,
  type Sealer,
  sha256,
  shardKey,
  type Signer,
  type Verifier,
  standardDns,
} from "../../../contract/index.ts";
import type { KeyPair } from "../../../embedded-edge/listener/listener.ts";

export const CLUSTER = "test";

export interface Keys {
  readonly publicKey: string;
  readonly sealingKey: string;
  readonly signer: Signer;
  readonly verifier: Verifier;
  readonly sealer: Sealer;
}

export async function drawKeys(): Promise<Keys> {
  const { privateKey, publicKey } = await generateSigningPair();
  const sealingKey = generateSealingKey();
  return {
    publicKey,
    sealingKey,
    signer: await loadSigner(privateKey),
    verifier: await loadVerifier(publicKey),
    sealer: await loadSealer(sealingKey),
  };
}

export async function sealed(keys: Keys, serverName: string, pair: KeyPair): Promise<CertificateRecord> {
  const key = await keys.sealer.seal(serverName, pair.key);
  return {
    chain: pair.cert,
    key,
    notAfter: 2_000_000_000,
    secret: `shop/${serverName.replace("*.", "any-")}`,
  };
}

/** The keys and values of a generation, in the order to write them. */
export async function snapshotPairs(
  keys: Keys,
  generation: number,
  certificates: ReadonlyMap<string, CertificateRecord>,
  change: Partial<Root> = {},
): Promise<{ key: string; value: string }[]> {
  const shards = await encodeSection("certificates", certificates);
  const none = await encodeSection("zones", new Map());
  const empty = { records: 0, shards: none.map(({ digest }) => digest) };
  const root: Root = {
    version: 2,
    cluster: CLUSTER,
    generation,
    time: 0,
    sections: {
      addresses: empty,
      certificates: { records: certificates.size, shards: shards.map(({ digest }) => digest) },
      hosts: empty,
      services: empty,
      zones: empty,
    },
    settings: { dns: standardDns({ domain: "cluster.local", ttl: 5, pods: "insecure" }) },
    ...change,
  };
  const signed = await encodeRoot(root, keys.signer);
  return [
    ...shards.map(({ digest, text }) => ({ key: shardKey(CLUSTER, digest), value: text })),
    { key: rootKey(CLUSTER, generation, await sha256(signed)), value: signed },
    { key: headKey(CLUSTER), value: encodeHead(await headOf({ ...root, generation }, signed)) },
  ];
}
