/** Certificates made for tests: real ones, of every key type, with issuers, valid around NOW. */
import type { webcrypto } from "node:crypto";
import "reflect-metadata";
import {
  BasicConstraintsExtension,
  type JsonGeneralName,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { toBase64 } from "../../../../contract/index.ts";
import { NOW } from "./options.ts";

const DAY = 24 * 60 * 60 * 1000;

const ALGORITHMS = {
  ec: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  rsa: rsa(2048),
  ed25519: { name: "Ed25519" },
  "weak rsa": rsa(1024),
} as const;

function rsa(modulusLength: number) {
  const publicExponent = new Uint8Array([1, 0, 1]);
  return { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", publicExponent, modulusLength };
}

export type KeyType = keyof typeof ALGORITHMS;

export interface CertificateWish {
  /** Subject alternative names of type DNS. */
  readonly names?: readonly string[];
  readonly commonName?: string;
  readonly keyType?: KeyType;
  /** Days from NOW. */
  readonly expiresIn?: number;
  /** Itself when there is none. */
  readonly issuer?: Issued;
  /** Made anew when there are none. */
  readonly keys?: webcrypto.CryptoKeyPair;
}

export interface Issued {
  readonly certificate: X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly keyType: KeyType;
  /** PEM. */
  readonly crt: string;
  /** PKCS #8 PEM. */
  readonly key: string;
}

export async function issue(wish: CertificateWish): Promise<Issued> {
  const keyType = wish.keyType ?? "ec";
  const algorithm = ALGORITHMS[keyType];
  const keys =
    wish.keys ??
    ((await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as webcrypto.CryptoKeyPair);
  const names: JsonGeneralName[] = (wish.names ?? []).map((value) => ({ type: "dns", value }));
  const isIssuer = names.length === 0;
  const certificate = await X509CertificateGenerator.create({
    serialNumber: "01",
    subject: `CN=${wish.commonName ?? "test"}`,
    issuer: wish.issuer?.certificate.subject ?? `CN=${wish.commonName ?? "test"}`,
    notBefore: new Date(NOW - 30 * DAY),
    notAfter: new Date(NOW + (wish.expiresIn ?? 90) * DAY),
    publicKey: keys.publicKey,
    signingKey: (wish.issuer?.keys ?? keys).privateKey,
    signingAlgorithm: ALGORITHMS[wish.issuer?.keyType ?? keyType],
    extensions: isIssuer
      ? [new BasicConstraintsExtension(true)]
      : [new SubjectAlternativeNameExtension(names)],
  });
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", keys.privateKey));
  const key = `-----BEGIN PRIVATE KEY-----\n${toBase64(pkcs8)}\n-----END PRIVATE KEY-----\n`;
  return { certificate, keys, keyType, crt: `${certificate.toString("pem")}\n`, key };
}

/** A leaf, its issuer and that one's: what most certificate authorities hand out. */
export async function issueChain(
  wish: CertificateWish,
): Promise<{ leaf: Issued; intermediate: Issued; root: Issued }> {
  const root = await issue({ commonName: "Test Root", keyType: "ec" });
  const intermediate = await issue({ commonName: "Test Intermediate", keyType: "ec", issuer: root });
  return { leaf: await issue({ ...wish, issuer: intermediate }), intermediate, root };
}
