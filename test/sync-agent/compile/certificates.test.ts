import { X509Certificate } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import type { Ingress, Secret } from "../../../sync-agent/cluster/state.ts";
import { compileCertificates } from "../../../sync-agent/compile/certificates.ts";
import { type Issued, issue } from "./support/certificates.ts";
import { clusterState, ingress, secret } from "./support/objects.ts";
import { NOW, sealer } from "./support/options.ts";

const WISHES = {
  shop: { names: ["shop.example", "www.shop.example"] },
  wild: { names: ["*.shop.example"] },
  other: { names: ["shop.example"] },
  named: { commonName: "shop.example", names: [] },
};
const issued = new Map<string, Issued>();
beforeAll(async () => {
  for (const [name, wish] of Object.entries(WISHES)) issued.set(name, await issue(wish));
});

/** A Secret with one of the certificates above, or with text that is none. */
function tlsSecret(key: string, name: string): Secret {
  const { crt, key: pem } = issued.get(name) ?? { crt: "none", key: "none" };
  return secret(key, { "tls.crt": crt, "tls.key": pem });
}

type Tls = Ingress["tls"][number];
const entry = (secretName: string | undefined, ...hosts: string[]): Tls => ({ secretName, hosts });
const web = (tls: readonly Tls[], hosts: readonly string[] = [], key = "shop/web", created?: number) =>
  ingress(key, { tls, rules: hosts.map((host) => ({ host, paths: [] })), metadata: { created } });

/** Secret by server name, and `object field reason` of the warnings. */
async function certificatesOf(
  ingresses: readonly Ingress[],
  secrets: readonly Secret[],
  systemHost?: string,
) {
  const byKey = clusterState({ Secret: secrets }).Secret;
  const { records, warnings } = await compileCertificates(ingresses, byKey, { systemHost, now: NOW, sealer });
  return {
    certificates: Object.fromEntries([...records].map(([host, record]) => [host, record.secret])),
    warnings: warnings.map(({ object, field, reason }) => `${object} ${field} ${reason}`),
  };
}

describe("an entry with hosts", () => {
  it("gives each host its certificate, in lower case, wildcards too", async () => {
    const tls = [entry("tls", "Shop.Example", "www.shop.example"), entry("wild", "*.shop.example")];
    const secrets = [tlsSecret("shop/tls", "shop"), tlsSecret("shop/wild", "wild")];
    expect(await certificatesOf([web(tls)], secrets)).toEqual({
      certificates: {
        "shop.example": "shop/tls",
        "www.shop.example": "shop/tls",
        "*.shop.example": "shop/wild",
      },
      warnings: [],
    });
  });

  it("has a record with chain, end, and a key sealed for its server name", async () => {
    const secrets = clusterState({ Secret: [tlsSecret("shop/tls", "shop")] }).Secret;
    const options = { systemHost: undefined, now: NOW, sealer };
    const { records } = await compileCertificates([web([entry("tls", "shop.example")])], secrets, options);
    const record = records.get("shop.example");
    const leaf = new X509Certificate(record?.chain ?? "");
    expect(record?.notAfter).toBe(leaf.validToDate.getTime() / 1000);
    expect(await sealer.open("shop.example", record?.key ?? "")).toContain("BEGIN PRIVATE KEY");
    await expect(sealer.open("www.shop.example", record?.key ?? "")).rejects.toThrow();
  });

  it.each([
    ["shop.example", "wild", false],
    ["a.shop.example", "wild", true],
    ["a.b.shop.example", "wild", false],
    ["*.shop.example", "wild", true],
    ["*.shop.example", "shop", false],
    ["*.a.shop.example", "wild", false],
    ["shop.example", "named", true],
    ["www.shop.example", "named", false],
  ])("covers %s by certificate %s: %s", async (host, certificate, isCovered) => {
    const result = await certificatesOf([web([entry("tls", host)])], [tlsSecret("shop/tls", certificate)]);
    expect(result).toEqual(
      isCovered
        ? { certificates: { [host]: "shop/tls" }, warnings: [] }
        : { certificates: {}, warnings: ["Ingress shop/web spec.tls[0].hosts[0] CertificateMismatch"] },
    );
  });

  it("serves the hosts that are covered beside those that are not", async () => {
    const tls = [entry("tls", "x.example", "shop.example", "10.0.0.1")];
    expect(await certificatesOf([web(tls)], [tlsSecret("shop/tls", "shop")])).toEqual({
      certificates: { "shop.example": "shop/tls" },
      warnings: [
        "Ingress shop/web spec.tls[0].hosts[0] CertificateMismatch",
        "Ingress shop/web spec.tls[0].hosts[2] ObjectInvalid",
      ],
    });
  });

  it("cannot claim the system host", async () => {
    const tls = [entry("tls", "shop.example", "www.shop.example")];
    expect(await certificatesOf([web(tls)], [tlsSecret("shop/tls", "shop")], "shop.example")).toEqual({
      certificates: { "www.shop.example": "shop/tls" },
      warnings: ["Ingress shop/web spec.tls[0].hosts[0] HostReserved"],
    });
  });
});

describe("hosts of the rules", () => {
  it("are covered by an entry without hosts, where its certificate covers them", async () => {
    const hosts = ["shop.example", "www.shop.example", "x.example"];
    expect(await certificatesOf([web([entry("tls")], hosts)], [tlsSecret("shop/tls", "shop")])).toEqual({
      certificates: { "shop.example": "shop/tls", "www.shop.example": "shop/tls" },
      warnings: [],
    });
  });

  it("that no entry lists go to the first entry whose certificate covers them", async () => {
    const tls = [entry("tls", "shop.example"), entry("wild", "a.shop.example")];
    const secrets = [tlsSecret("shop/tls", "shop"), tlsSecret("shop/wild", "wild")];
    const { certificates } = await certificatesOf(
      [web(tls, ["www.shop.example", "b.shop.example"])],
      secrets,
    );
    expect(certificates).toEqual({
      "shop.example": "shop/tls",
      "www.shop.example": "shop/tls",
      "a.shop.example": "shop/wild",
      "b.shop.example": "shop/wild",
    });
  });

  it("that a listed wildcard stands for have no record of their own", async () => {
    const tls = [entry("wild", "*.shop.example")];
    const { certificates } = await certificatesOf(
      [web(tls, ["a.shop.example"])],
      [tlsSecret("shop/wild", "wild")],
    );
    expect(certificates).toEqual({ "*.shop.example": "shop/wild" });
  });

  it("leave the system host out", async () => {
    const result = await certificatesOf(
      [web([entry("tls")], ["shop.example", "www.shop.example"])],
      [tlsSecret("shop/tls", "shop")],
      "shop.example",
    );
    expect(result).toEqual({ certificates: { "www.shop.example": "shop/tls" }, warnings: [] });
  });

  it.each([[[]], [["x.example"]]])(
    "that no certificate covers (%j) make an entry without hosts useless",
    async (hosts) => {
      expect(await certificatesOf([web([entry("tls")], hosts)], [tlsSecret("shop/tls", "shop")])).toEqual({
        certificates: {},
        warnings: ["Ingress shop/web spec.tls[0].secretName CertificateMismatch"],
      });
    },
  );
});

describe("Secrets", () => {
  it("that are missing leave the host with the default certificate", async () => {
    const tls = [entry("tls", "shop.example"), entry("other", "www.shop.example")];
    expect(await certificatesOf([web(tls)], [tlsSecret("shop/other", "shop")])).toEqual({
      certificates: { "www.shop.example": "shop/other" },
      warnings: ["Ingress shop/web spec.tls[0].secretName SecretNotFound"],
    });
  });

  it("lie in the Ingress's namespace", async () => {
    const { warnings } = await certificatesOf(
      [web([entry("tls", "shop.example")])],
      [tlsSecret("other/tls", "shop")],
    );
    expect(warnings).toEqual(["Ingress shop/web spec.tls[0].secretName SecretNotFound"]);
  });

  it.each([undefined, ""])("that are not named (%j) ask for the default certificate", async (secretName) => {
    expect(await certificatesOf([web([entry(secretName, "shop.example")])], [])).toEqual({
      certificates: {},
      warnings: [],
    });
  });

  it("that are broken are warned of once, however many name them", async () => {
    const ingresses = ["shop/a", "shop/b"].map((key) => web([entry("tls", "shop.example")], [], key));
    expect(await certificatesOf(ingresses, [tlsSecret("shop/tls", "broken")])).toEqual({
      certificates: {},
      warnings: ["Secret shop/tls data[tls.crt] CertificateInvalid"],
    });
  });

  it("that nobody names are not looked at", async () => {
    expect(await certificatesOf([web([])], [tlsSecret("shop/tls", "broken")])).toEqual({
      certificates: {},
      warnings: [],
    });
  });
});

describe("a server name that two claim", () => {
  const claim = (key: string, created: number | undefined) =>
    web([entry("tls", "shop.example")], [], key, created);

  it("goes to the older Ingress, and the younger hears of it", async () => {
    const secrets = [tlsSecret("shop/tls", "shop"), tlsSecret("other/tls", "other")];
    expect(await certificatesOf([claim("other/web", 2000), claim("shop/web", 1000)], secrets)).toEqual({
      certificates: { "shop.example": "shop/tls" },
      warnings: ["Ingress other/web spec.tls[0].hosts[0] CertificateConflict"],
    });
  });

  it("is no conflict when both have the same certificate", async () => {
    const secrets = [tlsSecret("shop/tls", "shop"), tlsSecret("other/tls", "shop")];
    expect(await certificatesOf([claim("other/web", 2000), claim("shop/web", 1000)], secrets)).toEqual({
      certificates: { "shop.example": "shop/tls" },
      warnings: [],
    });
  });

  it("goes to the younger when the older one's certificate cannot be served", async () => {
    const secrets = [tlsSecret("shop/tls", "broken"), tlsSecret("other/tls", "other")];
    const { certificates } = await certificatesOf(
      [claim("other/web", 2000), claim("shop/web", 1000)],
      secrets,
    );
    expect(certificates).toEqual({ "shop.example": "other/tls" });
  });

  it("within an Ingress goes to the first entry", async () => {
    const tls = [entry("tls", "shop.example"), entry("other", "shop.example")];
    const secrets = [tlsSecret("shop/tls", "shop"), tlsSecret("shop/other", "other")];
    expect(await certificatesOf([web(tls)], secrets)).toEqual({
      certificates: { "shop.example": "shop/tls" },
      warnings: ["Ingress shop/web spec.tls[1].hosts[0] CertificateConflict"],
    });
  });
});
