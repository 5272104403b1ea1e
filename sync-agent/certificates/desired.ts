/** What the cluster's Ingresses ask of the place that TLS is ended at. Plain data, made by the compiler. */

/**
 * Who holds the certificates that clients see:
 * - `sealed`: the snapshot, private keys sealed; for the embedded edge, which ends TLS itself.
 * - `managed`: Cloudflare, which issues them as well. No private key leaves the cluster.
 * - `custom`: Cloudflare, to which the agent uploads those of the cluster's Secrets.
 */
export const CERTIFICATE_MODES = ["sealed", "managed", "custom"] as const;
export type CertificateMode = (typeof CERTIFICATE_MODES)[number];

/** A certificate and its private key. Lives in memory only, and is never logged. */
export interface CertificatePair {
  /** The Secret's `namespace/name`. */
  readonly secret: string;
  /** PEM, leaf first. */
  readonly chain: string;
  /** PKCS #8 PEM, not sealed. */
  readonly key: string;
  /** Seconds since 1970. */
  readonly notAfter: number;
}

/** A server name that has to have a certificate. At most one a server name, in their order. */
export interface DesiredCertificate {
  /** A hostname in lower case, or `*.` and a hostname. */
  readonly serverName: string;
  /** The Ingress that asks for it, as warnings name it: `Ingress shop/web`. */
  readonly object: string;
  /** Where it does: `spec.tls[0].hosts[1]`. */
  readonly field: string;
  /** What the Ingress's Secret holds. `undefined` in mode `managed`, in which no Secret is looked at. */
  readonly pair: CertificatePair | undefined;
}
