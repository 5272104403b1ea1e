import { beforeAll, describe, expect, it } from "vitest";
import type { CertificateMode } from "../../../sync-agent/certificates/store.ts";
import type { Ingress } from "../../../sync-agent/cluster/state.ts";
import { compile } from "../../../sync-agent/compile/compile.ts";
import { type Issued, issue } from "./support/certificates.ts";
import { clusterState, ingress, secret } from "./support/objects.ts";
import { OPTIONS } from "./support/options.ts";

let shop: Issued;
beforeAll(async () => {
  shop = await issue({ names: ["shop.example", "www.shop.example"] });
});

const web = (key: string, tls: Ingress["tls"], hosts: readonly string[] = [], created?: number) =>
  ingress(key, { tls, rules: hosts.map((host) => ({ host, paths: [] })), metadata: { created } });

async function compiled(certificates: CertificateMode, ...ingresses: Ingress[]) {
  const state = clusterState({
    Ingress: ingresses,
    Secret: [secret("shop/tls", { "tls.crt": shop.crt, "tls.key": shop.key })],
  });
  return compile(state, { ...OPTIONS, systemHost: "edge.example", certificates });
}

describe("mode sealed", () => {
  it("gives no certificate apart", async () => {
    const { certificates, records } = await compiled(
      "sealed",
      web("shop/web", [{ hosts: ["shop.example"], secretName: "tls" }]),
    );
    expect([certificates, [...records.certificates.keys()]]).toEqual([[], ["shop.example"]]);
  });
});

describe("mode custom", () => {
  it("gives the certificates apart, and leaves none in the snapshot", async () => {
    const tls = [{ hosts: ["www.shop.example", "shop.example"], secretName: "tls" }];
    const { certificates, records, warnings } = await compiled("custom", web("shop/web", tls));
    expect([records.certificates.size, warnings]).toEqual([0, []]);
    expect(certificates.map(({ serverName, object, field }) => [serverName, object, field])).toEqual([
      ["shop.example", "Ingress shop/web", "spec.tls[0].hosts[1]"],
      ["www.shop.example", "Ingress shop/web", "spec.tls[0].hosts[0]"],
    ]);
    expect(certificates[0]?.pair).toMatchObject({
      secret: "shop/tls",
      chain: expect.stringContaining("BEGIN CERTIFICATE") as string,
      key: expect.stringContaining("BEGIN PRIVATE KEY") as string,
      notAfter: shop.certificate.notAfter.getTime() / 1000,
    });
  });

  it("warns of Secrets as ever, and wants nothing for their hosts", async () => {
    const tls = [{ hosts: ["shop.example"], secretName: "none" }];
    const { certificates, warnings } = await compiled("custom", web("shop/web", tls));
    expect([certificates, warnings.map(({ reason }) => reason)]).toEqual([[], ["SecretNotFound"]]);
  });
});

describe("mode managed", () => {
  it("wants every host of spec.tls, whatever its Secret, once, for the oldest Ingress", async () => {
    const { certificates, records, warnings } = await compiled(
      "managed",
      web("shop/young", [{ hosts: ["Shop.example", "new.example"], secretName: undefined }], [], 2000),
      web("shop/old", [{ hosts: ["*.shop.example", "shop.example"], secretName: "none" }], [], 1000),
    );
    expect([records.certificates.size, warnings]).toEqual([0, []]);
    expect(certificates).toEqual([
      {
        serverName: "*.shop.example",
        object: "Ingress shop/old",
        field: "spec.tls[0].hosts[0]",
        pair: undefined,
      },
      {
        serverName: "new.example",
        object: "Ingress shop/young",
        field: "spec.tls[0].hosts[1]",
        pair: undefined,
      },
      {
        serverName: "shop.example",
        object: "Ingress shop/old",
        field: "spec.tls[0].hosts[1]",
        pair: undefined,
      },
    ]);
  });

  it("takes an entry without hosts for those of the rules that no other entry lists", async () => {
    const tls = [
      { hosts: [], secretName: "tls" },
      { hosts: ["*.shop.example"], secretName: "tls" },
    ];
    const { certificates } = await compiled(
      "managed",
      web("shop/web", tls, ["shop.example", "www.shop.example", "edge.example"]),
    );
    expect(certificates.map(({ serverName, field }) => [serverName, field])).toEqual([
      ["*.shop.example", "spec.tls[1].hosts[0]"],
      ["shop.example", "spec.tls[0]"],
    ]);
  });

  it("warns of what is no hostname, and of the edge's own", async () => {
    const tls = [{ hosts: ["10.0.0.1", "edge.example"], secretName: undefined }];
    const { certificates, warnings } = await compiled("managed", web("shop/web", tls));
    expect(certificates).toEqual([]);
    expect(warnings.map(({ field, reason }) => `${field} ${reason}`)).toEqual([
      "spec.tls[0].hosts[0] ObjectInvalid",
      "spec.tls[0].hosts[1] HostReserved",
    ]);
  });
});
