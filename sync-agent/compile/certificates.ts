/** Which certificate a server name gets: in section `certificates`, or apart, as the certificate mode says. */
import type { CertificateRecord, Sealer } from "../../contract/index.ts";
import type { CertificateMode, DesiredCertificate } from "../certificates/desired.ts";
import type { Ingress, Secret } from "../cluster/state.ts";
import type { Warning } from "../warning.ts";
import {
  type CertificateClaim,
  certificateClaims,
  type TlsContext,
  tlsSecretKeys,
} from "./certificate-claims.ts";
import { compareSources } from "./objects.ts";
import { compareText } from "./text-order.ts";
import { tlsHosts } from "./tls-hosts.ts";
import { readTlsSecret, type TlsCertificate } from "./tls-secret.ts";
import type { Processed } from "./warnings.ts";

export interface CertificateOptions {
  readonly systemHost: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly sealer: Sealer;
  /** `sealed` unless given. In the others the section stays empty: no private key lies in KV then. */
  readonly certificates?: CertificateMode | undefined;
}

export interface ProcessedCertificates extends Processed<"certificates"> {
  /** Empty in mode `sealed`. By server name, each once. */
  readonly certificates: readonly DesiredCertificate[];
}

/** Only Secrets that a served Ingress names are looked at; in mode `managed` none are. */
export async function compileCertificates(
  ingresses: readonly Ingress[],
  secrets: ReadonlyMap<string, Secret>,
  { systemHost, now, sealer, certificates: mode = "sealed" }: CertificateOptions,
): Promise<ProcessedCertificates> {
  if (mode === "managed") return { records: new Map(), ...tlsHosts(ingresses, systemHost) };
  const read = [...new Set(ingresses.flatMap(tlsSecretKeys))]
    .flatMap((key) => secrets.get(key) ?? [])
    .map((secret) => readTlsSecret(secret, now));
  const certificates = new Map(
    read.flatMap(({ certificate }) => (certificate ? [[certificate.secret, certificate] as const] : [])),
  );
  const context: TlsContext = { secrets, certificates, systemHost };
  const claimed = ingresses.map((ingress) => certificateClaims(ingress, context));
  const merged = mergeCertificateClaims(claimed.flatMap(({ claims }) => claims));
  const warnings = [...read, ...claimed, merged].flatMap(({ warnings }) => warnings);
  if (mode === "custom") {
    const desired = [...merged.winners.values()].map(desiredCertificate);
    const sorted = desired.toSorted((a, b) => compareText(a.serverName, b.serverName));
    return { records: new Map(), certificates: sorted, warnings };
  }
  const sealed = [...merged.winners].map(
    async ([serverName, { certificate }]) =>
      [serverName, await certificateRecord(serverName, certificate, sealer)] as const,
  );
  return { records: new Map(await Promise.all(sealed)), certificates: [], warnings };
}

/** The older Ingress wins a server name. That others have the same certificate for it (copies are usual) is no conflict. */
function mergeCertificateClaims(claims: readonly CertificateClaim[]): {
  winners: Map<string, CertificateClaim>;
  warnings: Warning[];
} {
  const winners = new Map<string, CertificateClaim>();
  const warnings: Warning[] = [];
  for (const claim of claims.toSorted((a, b) => compareSources(a.source, b.source))) {
    const winner = winners.get(claim.serverName);
    if (winner === undefined) winners.set(claim.serverName, claim);
    else if (winner.certificate.chain !== claim.certificate.chain) warnings.push(conflict(claim, winner));
  }
  return { winners, warnings };
}

function conflict(
  { serverName, source, field, certificate }: CertificateClaim,
  winner: CertificateClaim,
): Warning {
  return {
    object: source.object,
    field,
    reason: "CertificateConflict",
    message: `${serverName} is served with the certificate in Secret ${winner.certificate.secret}, which ${winner.source.object} named first, not with that in Secret ${certificate.secret}.`,
    remedy: `Name one certificate for the host, here and in ${winner.source.object}.`,
  };
}

function desiredCertificate({
  serverName,
  source,
  field,
  certificate,
}: CertificateClaim): DesiredCertificate {
  const { secret, chain, key, notAfter } = certificate;
  return { serverName, object: source.object, field, pair: { secret, chain, key, notAfter } };
}

async function certificateRecord(
  serverName: string,
  { chain, key, notAfter, secret }: TlsCertificate,
  sealer: Sealer,
): Promise<CertificateRecord> {
  return { chain, key: await sealer.seal(serverName, key), notAfter, secret };
}
