/** What users are told of the certificates of their hosts. */
import type { Warning, WarningReason } from "../warning.ts";
import type { Coverage } from "./coverage.ts";
import type { DesiredCertificate } from "./desired.ts";
import type { CertificateStoreError } from "./error.ts";
import type { Zone } from "./zone-api.ts";

function warn(
  { object, field }: DesiredCertificate,
  reason: WarningReason,
  message: string,
  remedy: string,
): Warning {
  return { object, field, reason, message, remedy };
}

export function notInAnyZone(desired: DesiredCertificate): Warning {
  return warn(
    desired,
    "ZoneNotFound",
    `${desired.serverName} lies in no zone of the Cloudflare account that the API token may see, so no certificate can be had for it.`,
    "Add its domain to the account, give the token access to its zone, or remove the host.",
  );
}

/** `undefined` where a certificate is served. */
export function notCovered(desired: DesiredCertificate, zone: Zone, coverage: Coverage): Warning | undefined {
  const { serverName } = desired;
  switch (coverage.outcome) {
    case "active":
      return undefined;
    case "pending":
      return warn(
        desired,
        "CertificateMissing",
        `The certificate for ${serverName} in zone ${zone.name} is not served yet (${coverage.pack.type} pack, ${coverage.pack.status}).`,
        "Wait for Cloudflare to issue it; if it needs validation, see SSL/TLS, Edge Certificates.",
      );
    case "failed":
      return warn(
        desired,
        "CertificateMissing",
        `The certificate for ${serverName} in zone ${zone.name} was not issued (${coverage.pack.type} pack, ${coverage.pack.status}).`,
        "See its validation under SSL/TLS, Edge Certificates, and start it again.",
      );
    case "none":
      return warn(
        desired,
        "CertificateMissing",
        `No certificate of zone ${zone.name} covers ${serverName} (a wildcard covers one label), so clients cannot reach it by HTTPS.`,
        "Order an Advanced certificate for it, make it a custom domain of the Worker, or use --certificates custom.",
      );
  }
}

/** Cloudflare does not take the certificate, or would not. */
export function notUploaded(
  desired: DesiredCertificate,
  zone: Zone,
  { reason, message, remedy }: Refusal,
): Warning {
  const secret = desired.pair?.secret ?? "";
  return warn(
    desired,
    reason,
    `The certificate in Secret ${secret} is not uploaded to zone ${zone.name}, so ${desired.serverName} is not served with it: ${message}.`,
    remedy,
  );
}

/** Why a certificate is not taken. */
export interface Refusal {
  readonly reason: WarningReason;
  readonly message: string;
  readonly remedy: string;
}

/** Codes of "Custom certificates: Troubleshooting" whose remedy lies with the certificate. */
const REMEDIES: Readonly<Record<number, string>> = {
  1002: "Put a certificate and a key there that are whole, in PEM.",
  1220: "Remove the certificate that was uploaded by hand, or leave it and remove the Secret from the Ingress.",
  1228: "Remove the zone's other custom certificate with this type of key, or use one with another type.",
  1434: "Use an RSA or ECDSA key that browsers support.",
  2100: "Use a certificate of a publicly trusted authority, or --certificates managed.",
  2101: "Put the leaf certificate first.",
  2103: "Use a certificate whose subject alternative names lie in the zone.",
  2106: "Put an unencrypted RSA or ECDSA key there, in PEM.",
  2200: "Put the certificate and the key there that were made together.",
};

export function refusalOf(error: CertificateStoreError): Refusal {
  const remedy = error.code === undefined ? undefined : REMEDIES[error.code];
  const code = error.code === undefined ? "" : ` (code ${error.code})`;
  return {
    reason: "CertificateRefused",
    message: `Cloudflare refuses it: ${error.problem.replace(/\.$/, "")}${code}`,
    remedy: remedy ?? capitalised(error.remedy),
  };
}

function capitalised(remedy: string): string {
  return `${remedy.slice(0, 1).toUpperCase()}${remedy.slice(1)}.`;
}
