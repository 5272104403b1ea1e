import {
  decodeHead,
  decodeRoot,
  decodeShard,
  headKey,
  type RecordOf,
  type Records,
  type Root,
  rootKey,
  type Section,
  shardIndex,
  shardKey,
  type Verifier,
} from "../../../../contract/index.ts";

export interface Snapshot {
  readonly root: Root;
  readonly records: Records;
}

/** Reads a whole snapshot from a store as an edge does, or throws; `undefined` where there is no head. */
export async function readSnapshot(
  store: ReadonlyMap<string, string>,
  cluster: string,
  verifier: Verifier,
): Promise<Snapshot | undefined> {
  const headText = store.get(headKey(cluster));
  if (headText === undefined) return undefined;
  const head = decodeHead(headText);
  const root = await decodeRoot(present(store, rootKey(cluster, head.generation, head.root)), verifier);
  if (root.generation !== head.generation) throw new Error("head and root differ in their generation");
  const read = <S extends Section>(section: S) => readSection(store, root, section);
  return {
    root,
    records: {
      addresses: await read("addresses"),
      certificates: await read("certificates"),
      hosts: await read("hosts"),
      services: await read("services"),
      zones: await read("zones"),
    },
  };
}

async function readSection<S extends Section>(store: ReadonlyMap<string, string>, root: Root, section: S) {
  const { shards, records } = root.sections[section];
  const all = new Map<string, RecordOf<S>>();
  for (const [index, digest] of shards.entries()) {
    const shard = await decodeShard(section, digest, present(store, shardKey(root.cluster, digest)));
    for (const [key, record] of shard) {
      if (shardIndex(key, shards.length) !== index) throw new Error(`${key} lies in the wrong shard`);
      all.set(key, record);
    }
  }
  if (all.size !== records) throw new Error(`${section}: ${all.size} records, not ${records}`);
  return all;
}

function present(store: ReadonlyMap<string, string>, key: string): string {
  const text = store.get(key);
  if (text === undefined) throw new Error(`${key} does not exist`);
  return text;
}
