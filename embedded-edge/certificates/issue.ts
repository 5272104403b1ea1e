/** X.509 certificates of the local authority, and of the names that it vouches for (RFC 5280). */
// Its dependency tsyringe asks for it at load.
import "reflect-metadata";
import { randomBytes, type webcrypto } from "node:crypto";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";

export const AUTHORITY_NAME = "Lintel local CA";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const DAY_MS = 24 * 60 * 60 * 1000;
const AUTHORITY_DAYS = 3650;
const LEAF_DAYS = 365;
/** Clocks differ: what was issued now is valid for those that lag, too. */
const BACKDATED_MS = 60 * 60 * 1000;
/** RFC 5280 appendix A: ub-common-name. */
const MAX_COMMON_NAME = 64;

/** A certificate and its private key (PKCS #8), in PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

export interface Authority {
  readonly certificate: X509Certificate;
  readonly privateKey: webcrypto.CryptoKey;
}

/** Whom a leaf is for. */
export interface LeafNames {
  /** At least one; the first is the certificate's common name. */
  readonly dns: readonly [string, ...string[]];
  readonly addresses?: readonly string[];
}

/** @param now milliseconds since 1970 */
export async function issueAuthority(now: number): Promise<KeyPair> {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: [AUTHORITY_NAME] }],
    notBefore: new Date(now - BACKDATED_MS),
    notAfter: new Date(now + AUTHORITY_DAYS * DAY_MS),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      // Signs leaves, and no further authority.
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { cert: pem(certificate), key: await exportKey(keys.privateKey) };
}

/** @throws for what is not an authority's certificate and P-256 key in PEM */
export async function openAuthority({ cert, key }: KeyPair): Promise<Authority> {
  const [pkcs8] = PemConverter.decode(key);
  if (pkcs8 === undefined) throw new Error("the key file holds no key");
  const privateKey = await crypto.subtle.importKey("pkcs8", pkcs8, ALGORITHM, false, ["sign"]);
  return { certificate: new X509Certificate(cert), privateKey };
}

/** @param now milliseconds since 1970 */
export async function issueLeaf(authority: Authority, names: LeafNames, now: number): Promise<KeyPair> {
  const keys = await generateKeys();
  const [name] = names.dns;
  const end = Math.min(now + LEAF_DAYS * DAY_MS, authority.certificate.notAfter.getTime());
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: name.length <= MAX_COMMON_NAME ? [{ CN: [name] }] : [],
    issuer: authority.certificate.subjectName,
    notBefore: new Date(now - BACKDATED_MS),
    notAfter: new Date(end),
    publicKey: keys.publicKey,
    signingKey: authority.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(
        [
          ...names.dns.map((value) => ({ type: "dns" as const, value })),
          ...(names.addresses ?? []).map((value) => ({ type: "ip" as const, value })),
        ],
        // RFC 5280 4.2.1.6: critical where the subject is empty.
        name.length > MAX_COMMON_NAME,
      ),
      await AuthorityKeyIdentifierExtension.create(authority.certificate),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { cert: pem(certificate), key: await exportKey(keys.privateKey) };
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}

/** RFC 5280 4.1.2.2: positive, at most 20 bytes; random, so that it is never used twice. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString("hex");
}

function pem(certificate: X509Certificate): string {
  return `${certificate.toString("pem")}\n`;
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  return `${PemConverter.encode(await crypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY")}\n`;
}
