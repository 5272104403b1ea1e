/** The certificates of the cluster's snapshot, read from KV as the Worker reads its configuration. */
import {
  type CertificateRecord,
  decodeHead,
  decodeRoot,
  decodeShard,
  headKey,
  IntegrityError,
  type Root,
  rootKey,
  sha256,
  type ShardRecords,
  shardKey,
  type Verifier,
} from "../../contract/index.ts";

/** Reads a key of KV as text; `undefined` where there is none. */
export type ReadText = (key: string) => Promise<string | undefined>;

/** The certificates of one generation. */
export interface CertificateSnapshot {
  readonly generation: number;
  /** SHA-256 of the signed root. */
  readonly root: string;
  readonly shards: ReadonlyMap<string, ShardRecords<"certificates">>;
  get(serverName: string): CertificateRecord | undefined;
  readonly size: number;
}

/**
 * Reads the current generation; shards that are known already are not read again.
 *
 * @returns what is known when nothing has changed, `undefined` when nothing has been published
 * @throws ContractError for anything missing, damaged, not signed by the verifier's key, or older than what is known
 */
export async function readCertificates(
  cluster: string,
  read: ReadText,
  verifier: Verifier,
  known: CertificateSnapshot | undefined,
): Promise<CertificateSnapshot | undefined> {
  const headText = await read(headKey(cluster));
  if (headText === undefined) return known;
  const head = decodeHead(headText);
  if (head.root === known?.root) return known;
  const rootText = await required(read, rootKey(cluster, head.generation, head.root));
  const root = await decodeRoot(rootText, verifier);
  if (
    root.cluster !== cluster ||
    root.generation !== head.generation ||
    (await sha256(rootText)) !== head.root
  ) {
    throw new IntegrityError("root", "is not the one that the head names");
  }
  if (known !== undefined && root.generation <= known.generation) {
    throw new IntegrityError(
      "root",
      `would go back from generation ${known.generation} to ${root.generation}`,
    );
  }
  const shards = await readShards(cluster, root, read, known);
  return snapshotOf(root.generation, head.root, shards);
}

async function readShards(
  cluster: string,
  root: Root,
  read: ReadText,
  known: CertificateSnapshot | undefined,
): Promise<Map<string, ShardRecords<"certificates">>> {
  const shards = await Promise.all(
    root.sections.certificates.shards.map(async (digest) => {
      const shard = known?.shards.get(digest);
      if (shard !== undefined) return [digest, shard] as const;
      const text = await required(read, shardKey(cluster, digest));
      return [digest, await decodeShard("certificates", digest, text)] as const;
    }),
  );
  return new Map(shards);
}

function snapshotOf(
  generation: number,
  root: string,
  shards: ReadonlyMap<string, ShardRecords<"certificates">>,
): CertificateSnapshot {
  const records = new Map<string, CertificateRecord>();
  for (const shard of shards.values()) {
    for (const [serverName, record] of shard) records.set(serverName, record);
  }
  return { generation, root, shards, size: records.size, get: (serverName) => records.get(serverName) };
}

async function required(read: ReadText, key: string): Promise<string> {
  const text = await read(key);
  if (text === undefined) throw new IntegrityError(key, "is named, but not in KV");
  return text;
}
