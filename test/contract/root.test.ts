import fc from "fast-check";
import { beforeAll, describe, expect, it, test } from "vitest";
import {
  ContractError,
  decodeHead,
  decodeRoot,
  encodeHead,
  encodeRoot,
  generateSigningPair,
  headKey,
  headOf,
  IntegrityError,
  loadSigner,
  loadVerifier,
  MalformedError,
  MAX_REASON,
  type Root,
  rootKey,
  shardKey,
  type Signer,
  toHex,
  UnsupportedVersionError,
  utf8,
  type Verifier,
  standardDns,
} from "../../contract/index.ts";
import { root as anyRoot } from "./arbitraries.ts";
import { runs } from "../worker/support/runs.ts";

// A pair for this file alone, so that golden signatures can be compared: Ed25519 is deterministic.
const PRIVATE_KEY = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g
-----END PRIVATE KEY-----`;
const PUBLIC_KEY = "ebVWLo/mVPlAeLES6KmLp5AfhTrmlb7X4OORC60ElmQ=";

const sections = { records: 0, shards: ["0".repeat(64)] };
const root: Root = {
  version: 2,
  cluster: "default",
  generation: 7,
  time: 1_790_000_000_000,
  sections: {
    addresses: sections,
    certificates: sections,
    hosts: sections,
    services: sections,
    zones: sections,
  },
  settings: { dns: standardDns({ domain: "cluster.local", ttl: 5, pods: "insecure" }) },
};

let signer: Signer;
let verifier: Verifier;
beforeAll(async () => {
  signer = await loadSigner(PRIVATE_KEY);
  verifier = await loadVerifier(PUBLIC_KEY);
});

/** A text with a right signature over whatever it is. */
async function signed(json: string): Promise<string> {
  return `${json}\n${toHex(await signer.sign(utf8(json)))}`;
}

describe("a signed root", () => {
  it("has one known form", async () => {
    await expect(`${await encodeRoot(root, signer)}\n`).toMatchFileSnapshot("golden/root.txt");
  });

  it("has one known form with a hold too", async () => {
    const held = { ...root, hold: { generation: 5, reason: "the shop answers 500" } };
    await expect(`${await encodeRoot(held, signer)}\n`).toMatchFileSnapshot("golden/held-root.txt");
  });

  it("reads back as what was signed", async () => {
    await fc.assert(
      fc.asyncProperty(anyRoot, async (value) => {
        expect(await decodeRoot(await encodeRoot(value, signer), verifier)).toEqual(value);
      }),
      { numRuns: runs(50) },
    );
  });

  it("is refused with any bit flipped", async () => {
    const text = await encodeRoot(root, signer);
    for (let at = 0; at < text.length; at++) {
      for (let bit = 0; bit < 7; bit++) {
        const flipped =
          text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << bit)) + text.slice(at + 1);
        await expect(decodeRoot(flipped, verifier)).rejects.toThrow(ContractError);
      }
    }
  });

  it("is refused when another key signed it", async () => {
    const other = await loadSigner((await generateSigningPair()).privateKey);
    await expect(decodeRoot(await encodeRoot(root, other), verifier)).rejects.toThrow(IntegrityError);
  });

  test.each([
    ["newer", 3],
    ["older", 1],
    ["strange", "2"],
  ])("of a %s version is refused as such, though it is signed", async (_, version) => {
    const text = await signed(JSON.stringify({ ...root, version, more: true }));
    await expect(decodeRoot(text, verifier)).rejects.toThrow(UnsupportedVersionError);
  });

  test.each([
    ["generation", { ...root, generation: 0 }],
    ["cluster", { ...root, cluster: "Default/x" }],
    [
      "sections.hosts.shards",
      { ...root, sections: { ...root.sections, hosts: { records: 1, shards: ["0", "1"] } } },
    ],
    ["hold.generation", { ...root, hold: { generation: 0 } }],
    ["hold.reason", { ...root, hold: { generation: 5, reason: "x".repeat(MAX_REASON + 1) } }],
    ["hold", { ...root, hold: { generation: 5, until: 7 } }],
    ["settings.dns.domain", { ...root, settings: { dns: { ...root.settings.dns, domain: "A.b" } } }],
    [
      "settings.dns.servers.0.plugins.1.ttl",
      { ...root, settings: { dns: standardDns({ domain: "a", ttl: 3601, pods: "insecure" }) } },
    ],
  ])("with a wrong %s is refused by its name", async (field, value) => {
    const refusal = decodeRoot(await signed(JSON.stringify(value)), verifier);
    await expect(refusal).rejects.toThrow(MalformedError);
    await expect(refusal).rejects.toThrow(`root: ${field}`);
  });

  test.each([[""], ["\n"], ["{}"], ["x".repeat(200)]])("is refused when it is %j", async (text) => {
    await expect(decodeRoot(text, verifier)).rejects.toThrow(MalformedError);
  });
});

describe("a head", () => {
  it("names the root by generation and digest", async () => {
    const text = await encodeRoot(root, signer);
    const head = await headOf(root, text);
    expect(decodeHead(encodeHead(head))).toEqual(head);
    expect(rootKey("default", head.generation, head.root)).toMatch(
      /^default\/root\/000000000007-[0-9a-f]{64}$/,
    );
  });

  it("of another version is refused as such", () => {
    expect(() => decodeHead('{"generation":1,"root":"","version":1}')).toThrow(UnsupportedVersionError);
    expect(() => decodeHead("{")).toThrow(MalformedError);
  });
});

test("every KV key begins with the cluster", () => {
  expect([headKey("eu-1"), rootKey("eu-1", 1, "d"), shardKey("eu-1", "d")]).toEqual([
    "eu-1/head",
    "eu-1/root/000000000001-d",
    "eu-1/shard/d",
  ]);
});

test.each([[""], ["x"], ["-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"]])(
  "a key that is none is refused with a remedy: %j",
  async (text) => {
    await expect(loadSigner(text)).rejects.toThrow("lintel keys");
    await expect(loadVerifier(text)).rejects.toThrow("lintel keys");
  },
);
