import type { Records, Section } from "../../contract/index.ts";
import { type EncodedSection, SectionEncoder } from "./section-encoder.ts";

export type EncodedSections = { readonly [S in Section]: EncodedSection };

/** Cuts the records of a snapshot into shards. The same records give the same shards, in whatever order. */
export function encodeRecords(records: Records): Promise<EncodedSections> {
  return createRecordsEncoder()(records);
}

/** The same for one snapshot after another, whose records stay the same objects where nothing has changed. */
export function createRecordsEncoder(): (records: Records) => Promise<EncodedSections> {
  const encoders = {
    addresses: new SectionEncoder("addresses"),
    certificates: new SectionEncoder("certificates"),
    hosts: new SectionEncoder("hosts"),
    services: new SectionEncoder("services"),
    zones: new SectionEncoder("zones"),
  };
  return async (records) => {
    const [addresses, certificates, hosts, services, zones] = await Promise.all([
      encoders.addresses.encode(records.addresses),
      encoders.certificates.encode(records.certificates),
      encoders.hosts.encode(records.hosts),
      encoders.services.encode(records.services),
      encoders.zones.encode(records.zones),
    ]);
    return { addresses, certificates, hosts, services, zones };
  };
}
