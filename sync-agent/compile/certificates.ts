/** Which certificate a server name gets: in section `certificates`, or apart, as the certificate mode says. */
import type { CertificateRecord, Sealer } from "../../contract/index.ts";
import type { CertificateMode, DesiredCertificate } from "../certificates/desired.ts";
import { type Ingress, objectKey, type Secret } from "../cluster/state.ts";
import type { Warning } from "../warning.ts";
import {
  type CertificateClaim,
  certificateClaims,
  type TlsContext,
  tlsSecretKeys,
} from "./certificate-claims.ts";
import { additions, type Change } from "./incremental/changes.ts";
import { Dependents } from "./incremental/dependents.ts";
import { Groups } from "./incremental/groups.ts";
import { WarningLedger } from "./incremental/warning-ledger.ts";
import { compareSources } from "./objects.ts";
import { compareText } from "./text-order.ts";
import { TlsSecrets } from "./tls-secrets.ts";
import type { Processed } from "./warnings.ts";

export interface CertificateOptions {
  readonly systemHost: string | undefined;
  readonly sealer: Sealer;
  /** `sealed` unless given. In `custom` the section stays empty: no private key lies in KV then. */
  readonly certificates?: CertificateMode | undefined;
}

/** Only Secrets that a served Ingress names are looked at. */
export class Certificates {
  readonly #options: CertificateOptions;
  readonly #ingresses = new Map<string, Ingress>();
  readonly #readers = new Dependents();
  readonly #secrets = new TlsSecrets();
  readonly #claims = new Groups<CertificateClaim>();
  readonly #winners = new Map<string, CertificateClaim>();
  #records: ReadonlyMap<string, CertificateRecord> = new Map();
  #desired: readonly DesiredCertificate[] = [];

  constructor(options: CertificateOptions) {
    this.#options = options;
  }

  /** @returns the names that have come to have a certificate, or have none any more */
  async update(
    ingresses: readonly Change<Ingress>[],
    changed: readonly Change<Secret>[],
    secrets: ReadonlyMap<string, Secret>,
    now: number,
    ledger: WarningLedger,
  ): Promise<string[]> {
    const named = new Set<string>();
    const affected = new Set(ingresses.map(({ key }) => key));
    for (const { key } of changed) {
      if (!this.#readers.isRead(key)) continue;
      named.add(key);
      for (const reader of this.#readers.readersOf(key)) affected.add(reader);
    }
    for (const { key, before, after } of ingresses) {
      for (const secret of before === undefined ? [] : tlsSecretKeys(before)) named.add(secret);
      this.#readers.forget(key);
      if (after === undefined) this.#ingresses.delete(key);
      else this.#ingresses.set(key, after);
      for (const secret of after === undefined ? [] : tlsSecretKeys(after)) {
        named.add(secret);
        this.#readers.note(key, secret);
      }
    }
    for (const key of named) {
      this.#secrets.set(key, this.#readers.isRead(key) ? secrets.get(key) : undefined, ledger);
    }
    this.#secrets.tell(now, ledger);
    const { systemHost } = this.#options;
    const context: TlsContext = { secrets, certificates: this.#secrets, systemHost };
    for (const key of affected) this.#claim(key, context, ledger);
    return this.#settle(ledger);
  }

  has(serverName: string): boolean {
    return this.#winners.has(serverName);
  }

  /** The same map while nothing has changed. */
  records(): ReadonlyMap<string, CertificateRecord> {
    return this.#records;
  }

  /** In mode `custom`; by server name, each once. The same list while nothing has changed. */
  desired(): readonly DesiredCertificate[] {
    return this.#desired;
  }

  #claim(key: string, context: TlsContext, ledger: WarningLedger): void {
    const ingress = this.#ingresses.get(key);
    const { claims, warnings } =
      ingress === undefined ? { claims: [], warnings: [] } : certificateClaims(ingress, context);
    ledger.set(`certificates of ${key}`, warnings);
    this.#claims.set(
      key,
      Map.groupBy(claims, ({ serverName }) => serverName),
    );
  }

  async #settle(ledger: WarningLedger): Promise<string[]> {
    const dirty = this.#claims.takeDirty();
    const toggled: string[] = [];
    const sealed = new Map<string, CertificateClaim>();
    let isOther = false;
    for (const name of dirty) {
      const before = this.#winners.get(name);
      const { winner, warnings } = mergeCertificateClaims(this.#claims.items(name));
      ledger.set(`certificate for ${name}`, warnings);
      if ((before === undefined) !== (winner === undefined)) toggled.push(name);
      if (winner === undefined) this.#winners.delete(name);
      else this.#winners.set(name, winner);
      isOther ||= before !== winner;
      if (winner !== undefined && before?.certificate !== winner.certificate) sealed.set(name, winner);
    }
    if (!isOther) return toggled;
    if (this.#options.certificates === "custom") {
      const desired = [...this.#winners.values()].map(desiredCertificate);
      this.#desired = desired.toSorted((a, b) => compareText(a.serverName, b.serverName));
      return toggled;
    }
    const records = new Map(this.#records);
    for (const name of toggled) records.delete(name);
    const { sealer } = this.#options;
    const made = Array.from(
      sealed,
      async ([name, { certificate }]) => [name, await certificateRecord(name, certificate, sealer)] as const,
    );
    for (const [name, record] of await Promise.all(made)) records.set(name, record);
    this.#records = records;
    return toggled;
  }
}

/** All at once. */
export async function compileCertificates(
  ingresses: readonly Ingress[],
  secrets: ReadonlyMap<string, Secret>,
  { now, ...options }: CertificateOptions & { readonly now: number },
): Promise<Processed<"certificates">> {
  const byKey = new Map(ingresses.map((ingress) => [objectKey(ingress.metadata), ingress]));
  const certificates = new Certificates(options);
  const ledger = new WarningLedger();
  await certificates.update(additions(byKey), [], secrets, now, ledger);
  return { records: certificates.records(), warnings: ledger.sorted() };
}

/** The oldest Ingress wins a server name. That others have the same certificate for it (copies are usual) is no conflict. */
function mergeCertificateClaims(claims: readonly CertificateClaim[]): {
  winner: CertificateClaim | undefined;
  warnings: Warning[];
} {
  const [winner, ...others] = claims.toSorted((a, b) => compareSources(a.source, b.source));
  if (winner === undefined) return { winner, warnings: [] };
  const warnings = others
    .filter(({ certificate }) => certificate.chain !== winner.certificate.chain)
    .map((claim) => conflict(claim, winner));
  return { winner, warnings };
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
  { chain, key, notAfter, secret }: CertificateClaim["certificate"],
  sealer: Sealer,
): Promise<CertificateRecord> {
  return { chain, key: await sealer.seal(serverName, key), notAfter, secret };
}
