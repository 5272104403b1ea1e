/** Mode `custom` against the API double, with certificates made for it. */
import { X509Certificate } from "node:crypto";
import { afterEach, beforeAll, beforeEach, expect } from "vitest";
import { createCertificateStore } from "../../../../sync-agent/certificates/create-store.ts";
import type { CertificateStore, DesiredCertificate } from "../../../../sync-agent/certificates/store.ts";
import { type CertificateWish, type Issued, issue } from "../../compile/support/certificates.ts";
import { NOW } from "../../compile/support/options.ts";
import { createFakeClock, type FakeClock } from "../../publish/support/fake-clock.ts";
import { createFakeKv, type FakeKv } from "../../publish/support/fake-kv.ts";
import { desire } from "./desired.ts";
import {
  ACCOUNT,
  type FakeCustom,
  type FakeZone,
  type FakeZones,
  startFakeZones,
  TOKEN,
} from "./fake-zones.ts";

export const MINUTE = 60_000;

/** Each ends at a time of its own, by which Cloudflare's API tells them apart. */
const WISHES: Readonly<Record<string, CertificateWish>> = {
  shop: { names: ["shop.example", "www.shop.example"] },
  renewed: { names: ["shop.example", "www.shop.example"], expiresIn: 120 },
  other: { names: ["api.shop.example"], expiresIn: 91 },
  "two zones": { names: ["shop.example", "bank.example"], expiresIn: 92 },
  rsa: { names: ["shop.example", "www.shop.example"], keyType: "rsa", expiresIn: 93 },
  late: { names: ["shop.example"], expiresIn: 13 },
  ed25519: { names: ["shop.example"], keyType: "ed25519", expiresIn: 94 },
  elsewhere: { names: ["elsewhere.example"], expiresIn: 95 },
};

const issued = new Map<string, Issued>();

function leaf(name: string): Issued {
  const found = issued.get(name);
  if (found === undefined) throw new Error(`no certificate is called ${name}`);
  return found;
}

/** What Ingress `shop/web` asks for, with the certificate of this name. */
export const want = (serverName: string, name: string, secret?: string) =>
  desire(serverName, leaf(name), secret);
export const both = () => [want("shop.example", "shop"), want("www.shop.example", "shop")];

export interface CustomHarness {
  clock: FakeClock;
  cloud: FakeZones;
  kv: FakeKv;
  store: CertificateStore;
  /** Zones as they were, no record, and an agent that knows nothing. */
  reset(): void;
  /** Begins a new term: of another agent that knows nothing, or of a given one. */
  restart(store?: CertificateStore): void;
  /** One attempt: what was written at Cloudflare, and the warnings as `reason: message remedy`. */
  reconcile(...desired: DesiredCertificate[]): Promise<{ writes: string[]; warnings: string[] }>;
  failureOf(...desired: DesiredCertificate[]): Promise<unknown>;
  shopZone(): FakeZone;
  /** The certificates of a zone by their names here, sorted. */
  holdings(zone?: FakeZone): string[];
  /** A certificate that somebody else has uploaded. */
  byHand(name: string, id: string): FakeCustom;
}

/** Made anew for each test: zones `shop.example`, `bank.example`, and `free.example` on a plan without certificates. */
export function customHarness(): CustomHarness {
  let term: AbortSignal;
  // The rest comes before each test.
  const at: CustomHarness = {
    reset() {
      at.cloud.zones.splice(0, Infinity, zone("shop"), zone("bank"), { ...zone("free"), quota: undefined });
      at.kv = createFakeKv();
      at.restart();
    },
    restart(store) {
      at.store =
        store ??
        createCertificateStore("custom", {
          cluster: "test",
          kv: at.kv,
          clock: at.clock,
          accountId: ACCOUNT,
          apiToken: TOKEN,
          baseUrl: at.cloud.url,
        });
      term = new AbortController().signal;
    },
    async reconcile(...desired) {
      at.cloud.requests.length = 0;
      const warnings = await at.clock.until(at.store.reconcile(desired, term));
      return {
        writes: at.cloud.requests.filter((request) => !request.startsWith("list")),
        warnings: warnings.map(({ reason, message, remedy }) => `${reason}: ${message} ${remedy}`),
      };
    },
    failureOf: (...desired) =>
      at.clock.until(at.store.reconcile(desired, term)).then(
        () => undefined,
        (error: unknown) => error,
      ),
    shopZone() {
      const [shop] = at.cloud.zones;
      if (shop === undefined) throw new Error("no zone");
      return shop;
    },
    holdings({ custom } = at.shopZone()) {
      const textOf = (pem: string) => pem.replaceAll(/\s/g, "");
      const names = new Map([...issued].map(([name, { crt }]) => [textOf(crt), name]));
      return custom.map(({ certificate }) => names.get(textOf(certificate)) ?? "?").toSorted();
    },
    byHand(name, id) {
      const certificate = new X509Certificate(leaf(name).crt);
      const time = new Date(at.clock.now() - 60 * MINUTE).toISOString();
      return {
        id,
        hosts: (certificate.subjectAltName ?? "").split(", ").map((host) => host.replace("DNS:", "")),
        expires_on: certificate.validToDate.toISOString(),
        issuer: "TestCA",
        uploaded_on: time,
        modified_on: time,
        certificate: certificate.toString(),
      };
    },
  } as Partial<CustomHarness> as CustomHarness;

  beforeAll(async () => {
    const issuer = await issue({ commonName: "Test Root" });
    for (const [name, wish] of Object.entries(WISHES)) issued.set(name, await issue({ ...wish, issuer }));
    issued.set("self-signed", await issue({ names: ["shop.example"] }));
  });
  beforeEach(async () => {
    at.clock = createFakeClock(NOW);
    at.cloud = await startFakeZones(() => at.clock.now());
    at.reset();
  });
  afterEach(async () => {
    // The double refuses what the SDK's types do not allow.
    expect(at.cloud.requests.filter((request) => request.startsWith("refused"))).toEqual([]);
    await at.cloud.close();
  });
  return at;
}

function zone(label: string): FakeZone {
  return { id: `zone-${label}`, name: `${label}.example`, packs: [], custom: [], quota: 5 };
}
