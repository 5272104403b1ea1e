import { beforeAll, describe, expect, it, test } from "vitest";
import { generateSealingKey, generateSigningPair } from "../../../contract/index.ts";
import { checkKeys, type KeyFile, type KeyFolder } from "../../../sync-agent/doctor/keys.ts";
import { type Expected, expectFinding } from "./support/finding.ts";

let good: KeyFolder;
let other: { publicKey: string };
beforeAll(async () => {
  const pair = await generateSigningPair();
  other = await generateSigningPair();
  const file = (name: string, text: string): KeyFile => ({ path: `keys/${name}`, text, mode: 0o100600 });
  good = {
    folder: "keys",
    signingKey: file("signing.key", pair.privateKey),
    publicKey: file("signing.pub", pair.publicKey),
    sealingKey: file("sealing.key", generateSealingKey()),
    gatewaySecret: file("gateway.secret", "secret"),
  };
});

/** Those that are not ok. */
async function findings(change: (keys: KeyFolder) => Partial<KeyFolder>) {
  return (await checkKeys({ ...good, ...change(good) })).filter(({ outcome }) => outcome !== "ok");
}

it("a folder as `lintel keys` writes it is fine", async () => {
  expect(await findings(() => ({}))).toEqual([]);
  // Everybody may read a public key.
  expect(await findings(({ publicKey }) => ({ publicKey: { ...publicKey, mode: 0o100644 } }))).toEqual([]);
});

describe("what is wrong has a remedy", () => {
  test.each<[string, (keys: KeyFolder) => Partial<KeyFolder>, Expected]>([
    [
      "a missing signing key",
      ({ signingKey }) => ({ signingKey: { ...signingKey, text: undefined } }),
      ["keys complete", "fail", /signing\.key cannot be read/, /lintel keys --out keys/],
    ],
    [
      "a missing gateway secret",
      ({ gatewaySecret }) => ({ gatewaySecret: { ...gatewaySecret, text: undefined } }),
      ["keys complete", "warn", /gateway\.secret/, /lintel keys/],
    ],
    [
      "a key that others may read",
      ({ sealingKey }) => ({ sealingKey: { ...sealingKey, mode: 0o100640 } }),
      ["keys private", "warn", /sealing\.key \(0640\)/, /^chmod 0600 keys\/sealing\.key$/],
    ],
    [
      "a public key of another pair",
      ({ publicKey }) => ({ publicKey: { ...publicKey, text: other.publicKey } }),
      ["keys pair", "fail", /not the public half/, /one run of/],
    ],
    [
      "a signing key that is none",
      ({ signingKey }) => ({ signingKey: { ...signingKey, text: "nonsense" } }),
      ["keys pair", "fail", /signing key: is not an Ed25519 key/, /one run of/],
    ],
    [
      "a sealing key that is none",
      ({ sealingKey }) => ({ sealingKey: { ...sealingKey, text: "c2hvcnQ=" } }),
      ["sealing key", "fail", /32 bytes/, /as `lintel keys` wrote it/],
    ],
  ])("%s", async (_, change, expected) => {
    expectFinding((await findings(change))[0], expected);
  });
});
