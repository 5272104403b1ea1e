/** From a Secret to a certificate that can be served, or the reason why it cannot. */
import { createPrivateKey, type KeyObject, type X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { fromBase64 } from "../../contract/index.ts";
import { objectKey, type Secret } from "../cluster/state.ts";
import type { Warning, WarningReason } from "../warning.ts";
import { type Chain, orderChain, parseCertificates } from "./certificate-chain.ts";
import { describeObject, invalidName } from "./objects.ts";

export interface TlsCertificate {
  /** The Secret's `namespace/name`. */
  readonly secret: string;
  readonly leaf: X509Certificate;
  /** PEM, leaf first, as OpenSSL writes it: one text for one chain. */
  readonly chain: string;
  /** PKCS #8 PEM, not sealed. */
  readonly key: string;
  /** Seconds since 1970. */
  readonly notAfter: number;
}

export interface TlsSecretReading {
  /** `undefined` when the Secret cannot be served. */
  readonly certificate: TlsCertificate | undefined;
  readonly warnings: readonly Warning[];
}

const EXPIRING_MS = 14 * 24 * 60 * 60 * 1000;
const KEY_TYPES: ReadonlySet<string | undefined> = new Set(["rsa", "ec", "ed25519"]);

/** What there is to say of a Secret whatever the time. */
export interface LastingReading extends TlsSecretReading {
  /** When its certificate ends, in milliseconds since 1970. */
  readonly end: number | undefined;
}

/** @param now milliseconds since 1970; decides only over warnings. */
export function readTlsSecret(secret: Secret, now: number): TlsSecretReading {
  const { certificate, warnings, end } = readLasting(secret);
  return { certificate, warnings: [...warnings, ...expiryWarnings(secret, end, now)] };
}

/** Reads `tls.crt` and `tls.key`, whatever the Secret's type: ingress-nginx asks for the two entries alone. */
export function readLasting(secret: Secret): LastingReading {
  const object = describeObject("Secret", secret.metadata);
  const refused = (field: string, reason: WarningReason, problem: string, remedy: string): LastingReading => {
    const message = `${problem}; hosts that use it are served with the default certificate.`;
    return { certificate: undefined, warnings: [{ object, field, reason, message, remedy }], end: undefined };
  };
  const name = invalidName("Secret", secret.metadata);
  if (name !== undefined) return { certificate: undefined, warnings: [name], end: undefined };

  const [crt, pem] = [decode(secret.data["tls.crt"]), decode(secret.data["tls.key"])];
  if (crt === undefined || pem === undefined) {
    const missing = crt === undefined ? "tls.crt" : "tls.key";
    const remedy = "Create it with `kubectl create secret tls`, which writes tls.crt and tls.key.";
    return refused(`data[${missing}]`, "SecretInvalid", `It has no ${missing} in base64`, remedy);
  }
  const certificates = parseCertificates(crt);
  if (certificates === undefined || certificates.length === 0) {
    const problem = certificates ? "There is no certificate in it" : "A certificate in it cannot be read";
    const remedy = "Put the certificate and then its issuers there, in PEM.";
    return refused("data[tls.crt]", "CertificateInvalid", problem, remedy);
  }
  const key = parseKey(pem);
  if (key === undefined || !KEY_TYPES.has(key.asymmetricKeyType)) {
    const problem = key
      ? `${key.asymmetricKeyType} keys are not supported`
      : "The private key cannot be read, or is encrypted";
    const remedy = "Put an RSA, EC or Ed25519 key there, in PEM and not encrypted.";
    return refused("data[tls.key]", "SecretInvalid", problem, remedy);
  }
  const chain = orderChain(certificates, key);
  if (chain === undefined) {
    const remedy = "Put the certificate and the key there that were made together.";
    return refused(
      "data[tls.key]",
      "SecretInvalid",
      "The private key is not that of the certificate",
      remedy,
    );
  }
  const certificate: TlsCertificate = {
    secret: objectKey(secret.metadata),
    leaf: chain.leaf,
    chain: chain.certificates.map(String).join(""),
    key: key.export({ type: "pkcs8", format: "pem" }).toString(),
    notAfter: Math.floor(chain.leaf.validToDate.getTime() / 1000),
  };
  if (Number.isNaN(certificate.notAfter) || !isAcceptable(certificate)) {
    const remedy =
      "Use a key of at least 2048 bits (RSA) or 256 bits (EC), and signatures with SHA-256 or better.";
    return refused("data[tls.crt]", "CertificateInvalid", "It is too weak for today's TLS", remedy);
  }
  return { certificate, warnings: chainWarnings(object, chain), end: chain.leaf.validToDate.getTime() };
}

function decode(base64: string | undefined): string | undefined {
  const bytes = base64 === undefined ? undefined : fromBase64(base64);
  // PEM is ASCII; other bytes may stand around it, and need not be text at all.
  return bytes === undefined || bytes.length === 0 ? undefined : Buffer.from(bytes).toString("latin1");
}

function parseKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

/** Whether a TLS server takes it: keys and signatures that are too weak would only fail there. */
function isAcceptable({ chain, key }: TlsCertificate): boolean {
  try {
    createSecureContext({ cert: chain, key });
    return true;
  } catch {
    return false;
  }
}

function chainWarnings(object: string, { wasChanged, leftOut }: Chain): Warning[] {
  if (!wasChanged) return [];
  const without = leftOut === 0 ? "" : `, without the ${leftOut} that issued none of the others`;
  return [
    {
      object,
      field: "data[tls.crt]",
      reason: "CertificateChainDisordered",
      message: `Its certificates are out of order (the leaf belongs first, then issuer after issuer); they are served in order${without}.`,
      remedy: "Put the certificate first, then its issuer, then that one's, and nothing else.",
    },
  ];
}

/** The times from which on there are other warnings of a certificate's expiry. */
export function expiryTimes(end: number): readonly number[] {
  return [end - EXPIRING_MS, end];
}

export function expiryWarnings({ metadata }: Secret, end: number | undefined, now: number): Warning[] {
  if (end === undefined || now < end - EXPIRING_MS) return [];
  const isOver = end <= now;
  const time = new Date(end).toISOString();
  return [
    {
      object: describeObject("Secret", metadata),
      field: "data[tls.crt]",
      reason: isOver ? "CertificateExpired" : "CertificateExpiring",
      message: isOver
        ? `It has expired on ${time}; it is served all the same, and clients refuse it.`
        : `It expires on ${time}.`,
      remedy: "Renew the certificate and put the new one into the Secret.",
    },
  ];
}
