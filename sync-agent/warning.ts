/** Something in a user's object that is not served as written. Harms nothing but itself. */
export interface Warning {
  /** `Ingress shop/web`, `Secret shop/tls`, or a file's path. */
  readonly object: string;
  /** Where in the object: `spec.rules[0].http.paths[1].backend.service.port.name`; for files `line 3, column 7`. */
  readonly field: string;
  /** One CamelCase word by which warnings are counted. */
  readonly reason: WarningReason;
  /** What is wrong and what is served instead. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** Every reason that there is: warnings are counted by them. */
export const WARNING_REASONS = [
  "ManifestUnreadable",
  "ObjectInvalid",
  "ObjectDuplicate",
  "AnnotationIgnored",
  "AnnotationRefused",
  "AnnotationWithoutEffect",
  "CanaryWithoutMain",
  "PathConflict",
  "HostReserved",
  "BackendUnsupported",
  "ServiceNotFound",
  "ServicePortNotFound",
  "SecretNotFound",
  "SecretInvalid",
  "CertificateInvalid",
  "CertificateChainDisordered",
  "CertificateConflict",
  "CertificateMismatch",
  "CertificateExpired",
  "CertificateExpiring",
  "CertificateMissing",
  "CertificateRefused",
  "ZoneNotFound",
  "DnsAccessInvalid",
  "CorefileRefused",
  "CorefileIgnored",
  "CorefileWithoutEffect",
  "ZoneFileRefused",
  "NameNotPublished",
  "NameConflict",
] as const;

export type WarningReason = (typeof WARNING_REASONS)[number];
