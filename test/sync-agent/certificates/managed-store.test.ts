import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { createCertificateStore } from "../../../sync-agent/certificates/create-store.ts";
import type { ZoneApiOptions } from "../../../sync-agent/certificates/zone-api.ts";
import { createFakeClock } from "../publish/support/fake-clock.ts";
import { createFakeKv } from "../publish/support/fake-kv.ts";
import { desire } from "./support/desired.ts";
import {
  ACCOUNT,
  type FakePack,
  type FakeZones,
  failure,
  startFakeZones,
  TOKEN,
} from "./support/fake-zones.ts";

let cloud: FakeZones;
beforeEach(async () => {
  cloud = await startFakeZones(Date.now);
});
afterEach(async () => {
  expect(cloud.requests.filter((request) => request.startsWith("refused"))).toEqual([]);
  await cloud.close();
});

const { signal } = new AbortController();

function storeOf(more: Partial<ZoneApiOptions> = {}) {
  return createCertificateStore("managed", {
    cluster: "test",
    kv: createFakeKv(),
    clock: createFakeClock(),
    accountId: ACCOUNT,
    apiToken: TOKEN,
    baseUrl: cloud.url,
    ...more,
  });
}

function addZone(name: string, packs: readonly Partial<FakePack>[] = []): void {
  cloud.zones.push({
    id: `zone-${cloud.zones.length + 1}`,
    name,
    packs: packs.map((pack, index) => ({
      id: `${name}-${index}`,
      type: "universal",
      status: "active",
      hosts: [],
      ...pack,
    })),
    custom: [],
    quota: undefined,
  });
}

async function warningsOf(serverNames: readonly string[], more: Partial<ZoneApiOptions> = {}) {
  const desired = serverNames.map((serverName) => desire(serverName, undefined));
  const warnings = await storeOf(more).reconcile(desired, signal);
  return warnings.map(({ message, remedy }) => `${message} ${remedy}`);
}

const UNIVERSAL = { hosts: ["shop.example", "*.shop.example"] };

describe("a host is covered", () => {
  test.each<[string, readonly Partial<FakePack>[]]>([
    ["shop.example", [UNIVERSAL]],
    ["a.shop.example", [UNIVERSAL]],
    ["*.shop.example", [UNIVERSAL]],
    ["a.b.shop.example", [UNIVERSAL, { type: "advanced", hosts: ["*.b.shop.example"] }]],
    ["a.b.shop.example", [{ type: "sni_custom", hosts: ["A.B.shop.example"] }]],
    ["a.shop.example", [{ status: "pending_validation", hosts: ["a.shop.example"] }, UNIVERSAL]],
  ])("%s by %j", async (serverName, packs) => {
    addZone("shop.example", packs);
    expect(await warningsOf([serverName])).toEqual([]);
  });
});

describe("a warning says why, and what to do", () => {
  test.each<[string, readonly Partial<FakePack>[], RegExp]>([
    [
      "a.b.shop.example",
      [UNIVERSAL],
      /No certificate of zone shop\.example covers a\.b\.shop\.example .* Order an Advanced/,
    ],
    [
      "*.b.shop.example",
      [{ hosts: ["a.b.shop.example"] }],
      /No certificate of zone .* --certificates custom/,
    ],
    ["shop.example", [{ status: "expired", hosts: ["shop.example"] }], /No certificate of zone/],
    ["shop.example", [{ type: "mh_custom", hosts: ["shop.example"] }], /No certificate of zone/],
    [
      "shop.example",
      [{ ...UNIVERSAL, status: "pending_validation" }],
      /not served yet \(universal pack, pending_validation\)\. Wait/,
    ],
    [
      "a.shop.example",
      [{ type: "advanced", hosts: ["a.shop.example"], status: "validation_timed_out" }],
      /was not issued \(advanced pack, validation_timed_out\)\. See its validation/,
    ],
    ["notshop.example", [UNIVERSAL], /notshop\.example lies in no zone .* Add its domain/],
  ])("%s with %j", async (serverName, packs, expected) => {
    addZone("shop.example", packs);
    expect(await warningsOf([serverName])).toEqual([expect.stringMatching(expected)]);
  });
});

describe("zones", () => {
  it("are taken by the longest name", async () => {
    addZone("example", [{ hosts: ["*.shop.example"] }]);
    addZone("shop.example", []);
    expect(await warningsOf(["a.shop.example"])).toEqual([expect.stringContaining("of zone shop.example")]);
  });

  it("are read page by page, and asked for packs once each", async () => {
    for (let n = 1; n <= 51; n++) addZone(`z${n}.example`, [{ hosts: [`z${n}.example`, `*.z${n}.example`] }]);
    expect(await warningsOf(["z51.example", "a.z51.example", "z1.example"])).toEqual([]);
    expect(cloud.requests).toEqual(["listZones", "listZones", "listPacks zone-51", "listPacks zone-1"]);
  });

  it("that are named are not looked for", async () => {
    addZone("shop.example", [UNIVERSAL]);
    addZone("bank.example", [{ hosts: ["bank.example"] }]);
    expect(await warningsOf(["shop.example", "bank.example"], { zoneIds: ["zone-1"] })).toEqual([
      expect.stringContaining("bank.example lies in no zone"),
    ]);
    expect(cloud.requests).toEqual(["getZone zone-1", "listPacks zone-1"]);
  });

  it("that the token may not list are an error that names the permission", async () => {
    addZone("shop.example");
    cloud.fault = (operation) =>
      operation === "listZones" ? failure(403, 9109, "Unauthorized to access requested resource") : undefined;
    await expect(warningsOf(["shop.example"])).rejects.toMatchObject({
      reason: "token",
      message: expect.stringMatching(/zones of account account-1.*"Zone: Read"/) as string,
    });
  });

  it("whose certificates the token may not list are one too", async () => {
    addZone("shop.example");
    cloud.fault = (operation) =>
      operation === "listPacks" ? failure(403, 10000, "Authentication error") : undefined;
    await expect(warningsOf(["shop.example"])).rejects.toMatchObject({
      reason: "token",
      message: expect.stringContaining('"SSL and Certificates: Read"') as string,
    });
  });
});

it("asks nothing when no host wants TLS", async () => {
  expect(await warningsOf([])).toEqual([]);
  expect(cloud.requests).toEqual([]);
});

it("the sealed store has nothing to do", async () => {
  const options = {
    cluster: "test",
    kv: createFakeKv(),
    clock: createFakeClock(),
    accountId: "",
    apiToken: "",
  };
  const store = createCertificateStore("sealed", options);
  expect(store.mode).toBe("sealed");
  expect(await store.reconcile([desire("shop.example", undefined)], signal)).toEqual([]);
});
