import type { Warning } from "../warning.ts";
import type { CertificateMode, DesiredCertificate } from "./desired.ts";

export type { CertificateMode, CertificatePair, DesiredCertificate } from "./desired.ts";
export { CERTIFICATE_MODES } from "./desired.ts";

/** Where clients' TLS is ended, and what certificates it has. */
export interface CertificateStore {
  readonly mode: CertificateMode;
  /**
   * Brings the store in line with what the cluster's Ingresses ask for. One call at a time.
   *
   * @param desired all that is wanted; what it does not name is not wanted any more.
   * @param signal gives the attempt up. One signal stands for one term of leading: with another, nothing that was
   *   known before is relied on.
   * @returns what users have to know: refusals, and server names without a certificate.
   * @throws CertificateStoreError | PublishError when the store cannot be reached or used at all; what was done by
   *   then is whole, and the next call goes on from there.
   */
  reconcile(desired: readonly DesiredCertificate[], signal: AbortSignal): Promise<readonly Warning[]>;
}
