/** A KV namespace in memory, and an agent's side of it: what a test publishes, an edge under test reads. */
import {
  encodeHead,
  encodeRoot,
  encodeSection,
  generateSigningPair,
  headKey,
  headOf,
  loadSigner,
  loadVerifier,
  type RecordOf,
  type Root,
  rootKey,
  type Section,
  SECTION_NAMES,
  shardKey,
  type Signer,
  type Verifier,
  standardDns,
} from "../../../contract/index.ts";
import type { KvGet } from "../../../worker/snapshot/head-source.ts";

export type SomeRecords = { [S in Section]?: Record<string, RecordOf<S>> };

export interface PublishOptions {
  readonly generation?: number;
  readonly cluster?: string;
  readonly signer?: Signer;
  /** Edits the root before it is signed. */
  readonly edit?: (root: Root) => Root;
}

export class Published {
  readonly cluster: string;
  readonly kv = new Map<string, string>();
  /** Every key that was read, in order. */
  readonly reads: string[] = [];
  readonly signer: Signer;
  readonly verifier: Verifier;
  readonly publicKey: string;
  #generation = 0;

  private constructor(cluster: string, signer: Signer, verifier: Verifier, publicKey: string) {
    this.cluster = cluster;
    this.signer = signer;
    this.verifier = verifier;
    this.publicKey = publicKey;
  }

  static async create(cluster = "default"): Promise<Published> {
    const { privateKey, publicKey } = await generateSigningPair();
    return new Published(cluster, await loadSigner(privateKey), await loadVerifier(publicKey), publicKey);
  }

  readonly get: KvGet = async (key) => {
    this.reads.push(key);
    return this.kv.get(key) ?? null;
  };

  /** Shards, root and head, as the agent writes them. Returns the signed root's text. */
  async publish(records: SomeRecords, options: PublishOptions = {}): Promise<string> {
    this.#generation = options.generation ?? this.#generation + 1;
    const sections = await Promise.all(
      SECTION_NAMES.map(async (name) => {
        const shards = await encodeSection(name, new Map(Object.entries(records[name] ?? {})));
        for (const { digest, text } of shards) this.kv.set(shardKey(this.cluster, digest), text);
        const section = {
          records: Object.keys(records[name] ?? {}).length,
          shards: shards.map(({ digest }) => digest),
        };
        return [name, section] as const;
      }),
    );
    const root: Root = {
      version: 2,
      cluster: options.cluster ?? this.cluster,
      generation: this.#generation,
      time: 1_790_000_000_000,
      sections: Object.fromEntries(sections) as Root["sections"],
      settings: { dns: standardDns({ domain: "cluster.local", ttl: 5, pods: "insecure" }) },
    };
    const text = await encodeRoot(options.edit?.(root) ?? root, options.signer ?? this.signer);
    const head = await headOf(root, text);
    this.kv.set(rootKey(this.cluster, root.generation, head.root), text);
    this.kv.set(headKey(this.cluster), encodeHead(head));
    return text;
  }

  shardReads(): string[] {
    return this.reads.filter((key) => key.includes("/shard/"));
  }
}
