import "reflect-metadata";
import { BasicConstraintsExtension, type X509Certificate, X509CertificateGenerator } from "@peculiar/x509";
import { beforeAll, expect, it } from "vitest";
import { certificateChain } from "../../../../worker/system/state/certificate-chain.ts";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

interface Authority {
  readonly certificate: X509Certificate;
  readonly keys: CryptoKeyPair;
}

async function issue(subject: string, issuer?: Authority): Promise<Authority> {
  const keys = (await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"])) as CryptoKeyPair;
  const certificate = await X509CertificateGenerator.create({
    serialNumber: "01",
    subject,
    issuer: issuer?.certificate.subject ?? subject,
    publicKey: keys.publicKey,
    signingKey: (issuer?.keys ?? keys).privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [new BasicConstraintsExtension(true)],
  });
  return { certificate, keys };
}

const made: Record<string, Authority> = {};

beforeAll(async () => {
  const root = await issue("CN=Root X1, O=Example Trust");
  const middle = await issue("CN=R11, O=Example Trust", root);
  const leaf = await issue("CN=shop.test", middle);
  const itself = await issue("CN=shop.test");
  const unnamed = await issue("O=Müller & Söhne");
  const wordy = await issue(
    `CN=${"x".repeat(64)}, ${"OU=yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy, ".repeat(20)}O=z`,
  );
  Object.assign(made, { root, middle, leaf, itself, unnamed, wordy });
});

const pem = (...names: readonly string[]) =>
  names.map((name) => `${made[name]?.certificate.toString("pem") ?? name}\n`).join("");

it.each([
  [
    "a leaf with its intermediate",
    ["leaf", "middle"],
    ["R11 (Example Trust)", "issued", 2, "Root X1 (Example Trust)"],
  ],
  [
    "one with the root as well",
    ["leaf", "middle", "root"],
    ["R11 (Example Trust)", "issued", 3, "Root X1 (Example Trust)"],
  ],
  ["a leaf alone", ["leaf"], ["R11 (Example Trust)", "alone", 1, "R11 (Example Trust)"]],
  [
    "a leaf with somebody else's issuer",
    ["leaf", "root"],
    ["R11 (Example Trust)", "alone", 2, "R11 (Example Trust)"],
  ],
  ["one that is its own issuer", ["itself"], ["shop.test", "self-signed", 1, "shop.test"]],
  ["an issuer without a common name", ["unnamed"], ["Müller & Söhne", "self-signed", 1, "Müller & Söhne"]],
  ["names that take long", ["wordy"], [`${"x".repeat(64)} (z)`, "self-signed", 1, `${"x".repeat(64)} (z)`]],
  [
    "what is no certificate",
    ["-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"],
    [null, null, 1, null],
  ],
  [
    "a length that cannot be",
    ["-----BEGIN CERTIFICATE-----\nMIT/////\n-----END CERTIFICATE-----"],
    [null, null, 1, null],
  ],
  ["no text of that kind", ["A"], [null, null, 0, null]],
] as const)("tells of %s", (_, names, [issuer, state, sent, root]) => {
  expect(certificateChain(pem(...names))).toEqual({ issuer, state, sent, root });
});
