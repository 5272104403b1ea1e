import {
  type EncodedShard,
  encodeSection,
  type RecordOf,
  type Records,
  type Section,
} from "../../contract/index.ts";

export interface EncodedSection {
  /** How many records the shards hold together. */
  readonly records: number;
  /** By shard index; a power of two of them. */
  readonly shards: readonly EncodedShard[];
}

export type EncodedSections = { readonly [S in Section]: EncodedSection };

/** Cuts the records of a snapshot into shards. The same records give the same shards, in whatever order. */
export async function encodeRecords(records: Records): Promise<EncodedSections> {
  const [addresses, certificates, hosts, services, zones] = await Promise.all([
    encode("addresses", records.addresses),
    encode("certificates", records.certificates),
    encode("hosts", records.hosts),
    encode("services", records.services),
    encode("zones", records.zones),
  ]);
  return { addresses, certificates, hosts, services, zones };
}

async function encode<S extends Section>(
  section: S,
  records: ReadonlyMap<string, RecordOf<S>>,
): Promise<EncodedSection> {
  return { records: records.size, shards: await encodeSection(section, records) };
}
