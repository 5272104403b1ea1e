import { describe, expect, it, test } from "vitest";
import { CertificateStoreError, type StoreReason } from "../../../sync-agent/certificates/error.ts";
import type { CertificateMode } from "../../../sync-agent/certificates/store.ts";
import { checkCertificates } from "../../../sync-agent/doctor/certificates.ts";
import { type Expected, expectFindings } from "./support/finding.ts";

const SHOP = { id: "1", name: "shop.example" };
const BANK = { id: "2", name: "bank.example" };

function error(reason: StoreReason): CertificateStoreError {
  return new CertificateStoreError({
    operation: "list",
    reason,
    problem: `no ${reason}`,
    remedy: `mend the ${reason}`,
  });
}

function check(mode: CertificateMode, zones: readonly { id: string; name: string }[], broken?: Error) {
  const asked: string[] = [];
  const list = (what: string) => async (zone: { name: string }) => {
    asked.push(`${what} ${zone.name}`);
    if (broken !== undefined && zone === BANK) throw broken;
    return [];
  };
  const api = { zones: async () => [...zones], packs: list("packs"), customCertificates: list("custom") };
  return { asked, findings: checkCertificates({ mode, api, signal: new AbortController().signal }) };
}

describe("what the certificate mode needs", () => {
  test.each<
    [CertificateMode, readonly { id: string; name: string }[], Error | undefined, readonly Expected[]]
  >([
    ["sealed", [], undefined, [["certificates", "skip", /travel in the snapshot/]]],
    [
      "managed",
      [SHOP, BANK],
      undefined,
      [["certificates", "ok", /^mode managed: 2 zones \(shop\.example, bank/]],
    ],
    ["managed", [], undefined, [["certificates", "fail", /no zone/, /Zone: Read/]]],
    [
      "managed",
      [SHOP, BANK],
      error("token"),
      [["certificates bank.example", "fail", /no token/, /^mend the token$/]],
    ],
    [
      "custom",
      [SHOP, BANK],
      error("plan"),
      [["certificates bank.example", "warn", /no plan/, /mend the plan/]],
    ],
  ])("%s, zones %j, %s", async (mode, zones, broken, expected) => {
    expectFindings(await check(mode, zones, broken).findings, expected);
  });

  it("is read from each zone", async () => {
    for (const [mode, what] of [
      ["managed", "packs"],
      ["custom", "custom"],
    ] as const) {
      const { asked, findings } = check(mode, [SHOP, BANK]);
      await findings;
      expect(asked).toEqual([`${what} shop.example`, `${what} bank.example`]);
    }
  });

  it("includes the list of zones", async () => {
    const api = {
      zones: () => Promise.reject(error("token")),
      packs: async () => [],
      customCertificates: async () => [],
    };
    const findings = await checkCertificates({ mode: "managed", api, signal: new AbortController().signal });
    expectFindings(findings, [["certificates", "fail", /no token/, /mend/]]);
  });
});
