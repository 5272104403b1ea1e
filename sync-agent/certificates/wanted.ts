/** What is wanted of mode `custom`: one upload for each certificate and zone. Pure. */
import { X509Certificate } from "node:crypto";
import type { DesiredCertificate } from "./desired.ts";
import type { Refusal } from "./warnings.ts";
import type { Upload, Zone } from "./zone-api.ts";
import { zoneOf } from "./zones.ts";

/** A certificate that a zone should have. */
export interface Wanted {
  readonly zone: Zone;
  /** SHA-256 of the leaf (DER), in lower-case hexadecimal. */
  readonly fingerprint: string;
  readonly secret: string;
  /** `rsa`, `ec` or `ed25519`. */
  readonly keyType: string;
  /** Its subject alternative names of type DNS, in lower case, sorted. */
  readonly hosts: readonly string[];
  /** Milliseconds since 1970. */
  readonly expires: number;
  readonly isSelfSigned: boolean;
  readonly upload: Upload;
  /** Those in this zone that ask for it. */
  readonly claims: readonly DesiredCertificate[];
}

export interface Wants {
  readonly wanted: readonly Wanted[];
  /** Server names in no zone. */
  readonly homeless: readonly DesiredCertificate[];
}

export function wantsOf(desired: readonly DesiredCertificate[], zones: readonly Zone[]): Wants {
  const wanted = new Map<string, Wanted>();
  const homeless: DesiredCertificate[] = [];
  for (const claim of desired) {
    // Without a Secret there is nothing to upload: the zone's own certificate serves the host.
    if (claim.pair === undefined) continue;
    const zone = zoneOf(claim.serverName, zones);
    if (zone === undefined) {
      homeless.push(claim);
      continue;
    }
    const leaf = new X509Certificate(claim.pair.chain);
    const fingerprint = leaf.fingerprint256.replaceAll(":", "").toLowerCase();
    const key = `${zone.id}/${fingerprint}`;
    const known = wanted.get(key);
    wanted.set(key, {
      zone,
      fingerprint,
      secret: known?.secret ?? claim.pair.secret,
      keyType: leaf.publicKey.asymmetricKeyType ?? "",
      hosts: dnsNames(leaf),
      expires: claim.pair.notAfter * 1000,
      isSelfSigned: leaf.checkIssued(leaf),
      upload: { certificate: leaf.toString(), privateKey: claim.pair.key },
      claims: [...(known?.claims ?? []), claim],
    });
  }
  return { wanted: [...wanted.values()], homeless };
}

/** Cloudflare takes none with less left ("Custom certificates: Certificate requirements"). */
const LEAST_LEFT_MS = 14 * 24 * 60 * 60 * 1000;

/** What Cloudflare is known to refuse, found out without asking. */
export function knownRefusal({ keyType, expires, isSelfSigned }: Wanted, now: number): Refusal | undefined {
  if (keyType !== "rsa" && keyType !== "ec") {
    return {
      reason: "CertificateInvalid",
      message: `Cloudflare takes no ${keyType} keys`,
      remedy: "Use an RSA or ECDSA key, or --certificates managed.",
    };
  }
  if (isSelfSigned) {
    return {
      reason: "CertificateInvalid",
      message: "it is signed by itself, and Cloudflare takes publicly trusted ones only",
      remedy: "Use a certificate of a publicly trusted authority, or --certificates managed.",
    };
  }
  if (expires - now >= LEAST_LEFT_MS) return undefined;
  return {
    reason: "CertificateExpiring",
    message: `it expires on ${new Date(expires).toISOString()}, and Cloudflare takes none with less than 14 days left`,
    remedy: "Renew the certificate and put the new one into the Secret.",
  };
}

/** `DNS:shop.example, DNS:*.shop.example, IP Address:10.0.0.1`, as OpenSSL writes them. */
function dnsNames(leaf: X509Certificate): string[] {
  const names = (leaf.subjectAltName ?? "").split(", ").filter((name) => name.startsWith("DNS:"));
  return names.map((name) => name.slice("DNS:".length).toLowerCase()).toSorted();
}
