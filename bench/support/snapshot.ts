/** A snapshot as an agent publishes it: the keys of KV, and the signed root. */
import {
  encodeHead,
  encodeRoot,
  encodeSection,
  generateSigningPair,
  headKey,
  headOf,
  loadSigner,
  type RecordOf,
  type Root,
  rootKey,
  type Section,
  SECTION_NAMES,
  shardKey,
  standardDns,
} from "../../contract/index.ts";

export type SomeRecords = { readonly [S in Section]?: Readonly<Record<string, RecordOf<S>>> };

export interface MadeSnapshot {
  readonly publicKey: string;
  readonly root: string;
  readonly values: ReadonlyMap<string, string>;
}

const CLUSTER = "default";

export async function madeSnapshot(records: SomeRecords): Promise<MadeSnapshot> {
  const values = new Map<string, string>();
  const sections: [Section, Root["sections"][Section]][] = [];
  for (const section of SECTION_NAMES) {
    const members = new Map(Object.entries(records[section] ?? {}));
    const shards = await encodeSection(section, members);
    for (const { digest, text } of shards) values.set(shardKey(CLUSTER, digest), text);
    sections.push([section, { records: members.size, shards: shards.map(({ digest }) => digest) }]);
  }
  const root: Root = {
    version: 2,
    cluster: CLUSTER,
    generation: 1,
    time: Date.now(),
    sections: Object.fromEntries(sections) as Root["sections"],
    settings: { dns: standardDns({ domain: "cluster.local", ttl: 5, pods: "insecure" }) },
  };
  const { privateKey, publicKey } = await generateSigningPair();
  const text = await encodeRoot(root, await loadSigner(privateKey));
  const head = await headOf(root, text);
  values.set(rootKey(CLUSTER, root.generation, head.root), text);
  values.set(headKey(CLUSTER), encodeHead(head));
  return { publicKey, root: text, values };
}
