import { createPrivateKey } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { orderChain, parseCertificates } from "../../../sync-agent/compile/certificate-chain.ts";
import { type Issued, issue, issueChain } from "./support/certificates.ts";

let pems: Record<string, string>;
let leaf: Issued;

beforeAll(async () => {
  const chain = await issueChain({ names: ["shop.example"] });
  leaf = chain.leaf;
  // Same name and other key: what an impostor, or a renewed authority, has.
  const namesake = await issue({ commonName: "Test Intermediate", keyType: "rsa" });
  // A second certificate for the root's key, by another authority.
  const crossed = await issue({ commonName: "Test Root", issuer: namesake, keys: chain.root.keys });
  pems = {
    leaf: leaf.crt,
    intermediate: chain.intermediate.crt,
    root: chain.root.crt,
    namesake: namesake.crt,
    crossed: crossed.crt,
    stranger: (await issue({ names: ["x.example"] })).crt,
  };
});

/** Names of the certificates in the order they come out, and what was done. */
function order(names: string) {
  const certificates = parseCertificates(
    names
      .split(" ")
      .map((name) => pems[name])
      .join(""),
  );
  const chain = orderChain(certificates ?? [], createPrivateKey(leaf.key));
  if (chain === undefined) return undefined;
  const nameOf = (pem: string) => Object.entries(pems).find(([, it]) => it.trim() === pem.trim())?.[0];
  return {
    names: chain.certificates.map((it) => nameOf(it.toString())).join(" "),
    wasChanged: chain.wasChanged,
    leftOut: chain.leftOut,
  };
}

describe("orderChain", () => {
  it.each([
    ["leaf"],
    ["leaf intermediate"],
    ["leaf intermediate root"],
    ["leaf intermediate root crossed"],
    ["leaf intermediate crossed root"],
  ])("leaves %s as it is", (names) => {
    expect(order(names)).toEqual({ names, wasChanged: false, leftOut: 0 });
  });

  it.each([
    ["intermediate leaf", "leaf intermediate", 0],
    ["root intermediate leaf", "leaf intermediate root", 0],
    ["leaf root intermediate", "leaf intermediate root", 0],
    ["stranger leaf intermediate", "leaf intermediate", 1],
    ["leaf stranger", "leaf", 1],
    ["leaf root", "leaf", 1],
    ["leaf namesake intermediate", "leaf intermediate", 1],
    ["leaf leaf intermediate", "leaf intermediate", 1],
  ])("puts %s in order as %s, leaving %i out", (names, ordered, leftOut) => {
    expect(order(names)).toEqual({ names: ordered, wasChanged: true, leftOut });
  });

  it.each(["stranger", "intermediate root"])("finds no certificate of the key in %s", (names) => {
    expect(order(names)).toBeUndefined();
  });
});

describe("parseCertificates", () => {
  it("passes over what stands between certificates, and takes any line ends", () => {
    const text = `Subject: a\r\n${leaf.crt.replaceAll("\n", "\r\n")}\nKey follows\n${leaf.key}`;
    expect(parseCertificates(text)?.map((it) => it.subject)).toEqual(["CN=test"]);
  });

  it("reads none in a text without certificates", () => {
    expect(parseCertificates(leaf.key)).toEqual([]);
  });

  it("refuses the whole when one is broken", () => {
    const broken = leaf.crt.replace(/\n(.{4})/, "\nAAAA");
    expect(parseCertificates(leaf.crt + broken)).toBeUndefined();
  });
});
