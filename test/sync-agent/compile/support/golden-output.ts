/** A compiled snapshot as text for readers: records as they are, but certificates told rather than shown. */
import { createPrivateKey } from "node:crypto";
import { Document, visit } from "yaml";
import { type CertificateRecord, type Sealer, SECTION_NAMES } from "../../../../contract/index.ts";
import { parseCertificates } from "../../../../sync-agent/compile/certificate-chain.ts";
import type { Compiled } from "../../../../sync-agent/compile/compile.ts";

export async function describeCompiled(
  { records, served, settings, warnings }: Compiled,
  sealer: Sealer,
  { dns = false } = {},
): Promise<string> {
  const certificates = await Promise.all(
    [...records.certificates].map(
      async ([name, record]) => [name, await describeCertificate(name, record, sealer)] as const,
    ),
  );
  const sections = { ...records, certificates: new Map<string, object>(certificates) };
  const described = SECTION_NAMES.map((section) => [section, sorted(sections[section])] as const);
  return print({
    served,
    warnings,
    ...(dns && { servers: settings.dns.servers }),
    records: Object.fromEntries(described.filter(([, records]) => Object.keys(records).length > 0)),
  });
}

function sorted(records: ReadonlyMap<string, object>): Record<string, object> {
  return Object.fromEntries([...records].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Keys and serial numbers are made anew for each run; what stays is what the record says of them. */
async function describeCertificate(serverName: string, record: CertificateRecord, sealer: Sealer) {
  const chain = parseCertificates(record.chain) ?? [];
  const key = createPrivateKey(await sealer.open(serverName, record.key));
  return {
    secret: record.secret,
    chain: chain.map(({ subject, subjectAltName }) => subjectAltName ?? subject),
    key: chain[0]?.checkPrivateKey(key) ? "sealed, fits the first of the chain" : "does not fit",
    notAfter: new Date(record.notAfter * 1000).toISOString(),
  };
}

/** What is short stands on a line. */
function print(value: object): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Collection(_, node, path) {
      const isShort = JSON.stringify(node.toJSON()).length <= 100;
      Object.assign(node, { flow: path.length > 2 && isShort });
    },
  });
  return document.toString({ lineWidth: 0 });
}
