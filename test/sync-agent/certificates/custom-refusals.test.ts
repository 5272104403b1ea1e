import { describe, expect, it, test } from "vitest";
import { both, customHarness, MINUTE, want } from "./support/custom-harness.ts";
import { failure } from "./support/fake-zones.ts";

const at = customHarness();

describe("a refusal is a warning with its remedy, and the rest is uploaded", () => {
  const rest = () => want("bank.example", "two zones");

  test.each<[string, string, () => void, RegExp, string[]]>([
    ["shop.example", "self-signed", () => {}, /^CertificateInvalid: .*signed by itself.*managed\.$/, []],
    ["shop.example", "late", () => {}, /^CertificateExpiring: .*less than 14 days left.* Renew/, []],
    ["shop.example", "ed25519", () => {}, /^CertificateInvalid: .*no ed25519 keys.* RSA/, []],
    ["elsewhere.example", "elsewhere", () => {}, /^ZoneNotFound: .*in no zone.* Add its domain/, []],
    [
      "free.example",
      "elsewhere",
      () => {},
      /^CertificateRefused: .*Plan level does not allow.*1011.* mode managed/,
      [],
    ],
    [
      "shop.example",
      "shop",
      () => {
        at.shopZone().quota = 0;
      },
      /^CertificateRefused: .*maximum number of custom certificates.*1212.* Remove custom/,
      ["createCustom zone-shop"],
    ],
    [
      "shop.example",
      "shop",
      () => {
        at.cloud.fault = (operation, zone) =>
          operation === "createCustom" && zone === "zone-shop"
            ? failure(400, 2100, "The chain cannot be bundled using Cloudflare's trust store.")
            : undefined;
      },
      /^CertificateRefused: .*cannot be bundled.*2100.* publicly trusted/,
      ["createCustom zone-shop"],
    ],
  ])("%s with %s", async (serverName, name, arrange, warning, writes) => {
    arrange();
    const { warnings, writes: written } = await at.reconcile(want(serverName, name), rest());
    expect(warnings).toEqual([expect.stringMatching(warning)]);
    expect(written).toEqual([...writes, "createCustom zone-bank"]);
  });

  it("is remembered, so that a certificate is not offered again and again", async () => {
    at.cloud.fault = (operation) =>
      operation === "createCustom" ? failure(400, 2103, "No hostnames.") : undefined;
    const first = await at.reconcile(...both());
    const second = await at.reconcile(...both());
    expect(second).toEqual({ writes: [], warnings: first.warnings });
    expect(first.warnings).toHaveLength(2);
    at.cloud.fault = () => undefined;
    await at.clock.advance(6 * 60 * MINUTE);
    expect(await at.reconcile(...both())).toEqual({ writes: ["createCustom zone-shop"], warnings: [] });
  });

  it("for a full zone is not asked for twice, and a place that comes free is taken", async () => {
    at.shopZone().quota = 1;
    at.shopZone().custom = [at.byHand("late", "hand-1")];
    const desired = [...both(), want("api.shop.example", "other")];
    const { writes, warnings } = await at.reconcile(...desired);
    expect([writes, warnings.length]).toEqual([["createCustom zone-shop"], 3]);
    at.shopZone().custom = [];
    at.shopZone().quota = 2;
    expect((await at.reconcile(...desired)).warnings).toEqual([]);
  });

  it("for a full zone is none where one of ours is of no use any more", async () => {
    at.shopZone().quota = 1;
    await at.reconcile(...both());
    expect(await at.reconcile(want("api.shop.example", "other", "shop/other"))).toEqual({
      writes: ["createCustom zone-shop", expect.stringMatching(/^editCustom zone-shop/)],
      warnings: [],
    });
    expect(at.holdings()).toEqual(["other"]);
  });
});
