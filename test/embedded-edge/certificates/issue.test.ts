import { X509Certificate } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import {
  type Authority,
  issueAuthority,
  issueLeaf,
  openAuthority,
} from "../../../embedded-edge/certificates/issue.ts";

const NOW = Date.UTC(2026, 10, 1);
const days = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / 86_400_000;

let authority: Authority;
let root: X509Certificate;
beforeAll(async () => {
  const pair = await issueAuthority(NOW);
  authority = await openAuthority(pair);
  root = new X509Certificate(pair.cert);
});

describe("the authority's certificate", () => {
  it("is one by which only leaves are signed, for ten years", () => {
    expect(root.ca).toBe(true);
    expect(root.subject).toBe("CN=Lintel local CA");
    expect(root.verify(root.publicKey)).toBe(true);
    expect(root.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: "prime256v1" });
    expect(Math.round(days(root.validFrom, root.validTo))).toBe(3650);
  });
});

describe("a leaf", () => {
  it("stands for its names, for a year, in the authority's name", async () => {
    const { cert, key } = await issueLeaf(
      authority,
      { dns: ["edge.lintel.test", "localhost"], addresses: ["127.0.0.1", "::1"] },
      NOW,
    );
    const leaf = new X509Certificate(cert);
    expect(leaf.checkIssued(root) && leaf.verify(root.publicKey)).toBe(true);
    expect(leaf.ca).toBe(false);
    expect(leaf.subject).toBe("CN=edge.lintel.test");
    expect(leaf.checkHost("localhost")).toBe("localhost");
    expect(leaf.checkIP("127.0.0.1")).toBe("127.0.0.1");
    expect(leaf.checkIP("::1")).toBe("::1");
    expect(leaf.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
    expect(Math.round(days(leaf.validFrom, leaf.validTo))).toBe(365);
    expect(key).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
  });

  it("has no common name where its name is too long for one", async () => {
    const name = `${"a".repeat(63)}.example`;
    const leaf = new X509Certificate((await issueLeaf(authority, { dns: [name] }, NOW)).cert);
    expect(leaf.subject).toBeFalsy();
    expect(leaf.checkHost(name)).toBe(name);
  });

  it("does not outlive its authority", async () => {
    const late = NOW + 3600 * 86_400_000;
    const leaf = new X509Certificate((await issueLeaf(authority, { dns: ["a.example"] }, late)).cert);
    expect(leaf.validTo).toBe(root.validTo);
  });

  it("never shares a serial number with another", async () => {
    const leaves = await Promise.all(
      ["a", "a", "b"].map(
        async (name) => new X509Certificate((await issueLeaf(authority, { dns: [name] }, NOW)).cert),
      ),
    );
    expect(new Set(leaves.map(({ serialNumber }) => serialNumber)).size).toBe(3);
  });
});
