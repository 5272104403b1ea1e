import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { readTlsSecret } from "../../../sync-agent/compile/tls-secret.ts";
import { type Issued, issue, issueChain } from "./support/certificates.ts";
import { metadata, secret } from "./support/objects.ts";
import { NOW } from "./support/options.ts";

let shop: Issued;
beforeAll(async () => {
  shop = await issue({ names: ["shop.example"] });
});

const tls = ({ crt, key }: Pick<Issued, "crt" | "key">, type?: string) =>
  secret("shop/tls", { "tls.crt": crt, "tls.key": key }, type);
const reasons = (it: ReturnType<typeof readTlsSecret>) =>
  it.warnings.map(({ field, reason }) => `${field} ${reason}`);

describe("a Secret is served", () => {
  it.each(["ec", "rsa", "ed25519"] as const)("with an %s key, as PKCS #8", async (keyType) => {
    const issued = await issue({ names: ["shop.example"], keyType });
    const { certificate, warnings } = readTlsSecret(tls(issued), NOW);
    expect(warnings).toEqual([]);
    expect(certificate?.secret).toBe("shop/tls");
    expect(certificate?.notAfter).toBe(Math.floor(issued.certificate.notAfter.getTime() / 1000));
    const key = createPrivateKey(certificate?.key ?? "");
    expect(certificate?.leaf.checkPrivateKey(key)).toBe(true);
  });

  it.each(["kubernetes.io/tls", "Opaque", "example.com/certificate"])("whatever its type: %s", (type) => {
    expect(readTlsSecret(tls(shop, type), NOW).certificate).toBeDefined();
  });

  it("with one text, however it is written", () => {
    const plain = readTlsSecret(tls(shop), NOW).certificate;
    const sec1 = createPrivateKey(shop.key).export({ type: "sec1", format: "pem" }).toString();
    const other = readTlsSecret(
      tls({
        crt: `subject=shop\r\n${shop.crt.replaceAll("\n", "\r\n")}`,
        key: `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${sec1}`,
      }),
      NOW,
    ).certificate;
    expect(other).toMatchObject({ chain: plain?.chain, key: plain?.key });
    expect(plain?.chain).toMatch(
      /^-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----\n$/,
    );
    expect(plain?.key).toMatch(/^-----BEGIN PRIVATE KEY-----\n[A-Za-z0-9+/=\n]+-----END PRIVATE KEY-----\n$/);
  });

  it("with its chain put in order, and a warning", async () => {
    const { leaf, intermediate, root } = await issueChain({ names: ["shop.example"] });
    const good = readTlsSecret(tls({ crt: leaf.crt + intermediate.crt, key: leaf.key }), NOW);
    const reversed = readTlsSecret(tls({ crt: intermediate.crt + leaf.crt, key: leaf.key }), NOW);
    const gap = readTlsSecret(tls({ crt: leaf.crt + root.crt, key: leaf.key }), NOW);
    expect(good.warnings).toEqual([]);
    expect(reversed.certificate?.chain).toBe(good.certificate?.chain);
    expect(reasons(reversed)).toEqual(["data[tls.crt] CertificateChainDisordered"]);
    expect(reversed.warnings[0]?.message).toContain("served in order.");
    expect(gap.warnings[0]?.message).toContain("without the 1 that issued none");
  });
});

describe("a Secret is not served", () => {
  const pkcs8 = (key: KeyObject) => key.export({ type: "pkcs8", format: "pem" }).toString();
  const cases: Record<string, () => { secret: ReturnType<typeof tls>; expected: string; message: RegExp }> = {
    "without a certificate": () => ({
      secret: secret("shop/tls", { "tls.key": shop.key }),
      expected: "data[tls.crt] SecretInvalid",
      message: /no tls\.crt/,
    }),
    "without a key": () => ({
      secret: secret("shop/tls", { "tls.crt": shop.crt, "tls.key": "" }),
      expected: "data[tls.key] SecretInvalid",
      message: /no tls\.key/,
    }),
    "that is not base64": () => ({
      secret: { ...tls(shop), data: { "tls.crt": "~", "tls.key": "~" } },
      expected: "data[tls.crt] SecretInvalid",
      message: /in base64/,
    }),
    "whose certificate is not PEM": () => ({
      secret: tls({ ...shop, crt: "shop.example" }),
      expected: "data[tls.crt] CertificateInvalid",
      message: /no certificate in it/,
    }),
    "whose certificate is broken": () => ({
      secret: tls({ ...shop, crt: shop.crt.replace(/\n(.{4})/, "\nAAAA") }),
      expected: "data[tls.crt] CertificateInvalid",
      message: /cannot be read/,
    }),
    "whose key is not PEM": () => ({
      secret: tls({ ...shop, key: "sesame" }),
      expected: "data[tls.key] SecretInvalid",
      message: /cannot be read/,
    }),
    "whose key is encrypted": () => {
      const cipher = { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "sesame" } as const;
      return {
        secret: tls({ ...shop, key: createPrivateKey(shop.key).export(cipher).toString() }),
        expected: "data[tls.key] SecretInvalid",
        message: /encrypted/,
      };
    },
    "whose key is another's": () => ({
      secret: tls({ ...shop, key: pkcs8(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey) }),
      expected: "data[tls.key] SecretInvalid",
      message: /not that of the certificate/,
    }),
    "whose key is of a type that browsers lack": () => ({
      secret: tls({ ...shop, key: pkcs8(generateKeyPairSync("ed448").privateKey) }),
      expected: "data[tls.key] SecretInvalid",
      message: /ed448 keys are not supported/,
    }),
    "whose name no record can carry": () => ({
      secret: { ...tls(shop), metadata: metadata("shop/t_ls") },
      expected: "metadata.name ObjectInvalid",
      message: /names that Kubernetes accepts/,
    }),
  };
  it.each(Object.entries(cases))("%s", (_, make) => {
    const { secret, expected, message } = make();
    const read = readTlsSecret(secret, NOW);
    expect(read.certificate).toBeUndefined();
    expect(reasons(read)).toEqual([expected]);
    expect(read.warnings[0]?.message).toMatch(message);
  });

  it("that is too weak for a TLS server", async () => {
    const read = readTlsSecret(tls(await issue({ names: ["shop.example"], keyType: "weak rsa" })), NOW);
    expect(read.certificate).toBeUndefined();
    expect(reasons(read)).toEqual(["data[tls.crt] CertificateInvalid"]);
    expect(read.warnings[0]?.message).toMatch(/too weak/);
  });
});

describe("expiry", () => {
  it.each([
    [15, []],
    [14.01, []],
    [13.99, ["data[tls.crt] CertificateExpiring"]],
    [0.01, ["data[tls.crt] CertificateExpiring"]],
    [-0.01, ["data[tls.crt] CertificateExpired"]],
    [-20, ["data[tls.crt] CertificateExpired"]],
  ])("in %d days gives %j, and is served", async (expiresIn, expected) => {
    const read = readTlsSecret(tls(await issue({ names: ["shop.example"], expiresIn })), NOW);
    expect(read.certificate).toBeDefined();
    expect(reasons(read)).toEqual(expected);
  });

  it("is judged by the time given, and told without it, so that the warning stays the same", () => {
    const later = NOW + 80 * 24 * 60 * 60 * 1000;
    const [first, second] = [later, later + 1000].map((now) => readTlsSecret(tls(shop), now).warnings);
    expect(readTlsSecret(tls(shop), NOW).warnings).toEqual([]);
    expect(first).toHaveLength(1);
    expect(second).toEqual(first);
  });
});
