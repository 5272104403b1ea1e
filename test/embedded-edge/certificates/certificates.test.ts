import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { CertificateRecord } from "../../../contract/index.ts";
import { type Certificates, openCertificates } from "../../../embedded-edge/certificates/certificates.ts";
import { type Authority, issueLeaf } from "../../../embedded-edge/certificates/issue.ts";
import { localLeaves } from "../../../embedded-edge/certificates/leaves.ts";
import { startHttpsListener } from "../../../embedded-edge/listener/listener.ts";
import { workerUpstream } from "../../../embedded-edge/listener/worker-upstream.ts";
import { recordingLog } from "../support/log.ts";
import { CLUSTER, drawKeys, type Keys, sealed, snapshotPairs } from "../support/snapshot.ts";
import { peerOf, testAuthority } from "../support/tls.ts";

const SYSTEM_HOST = "edge.lintel.test";
let keys: Keys;
let local: Authority & { readonly pem: string };
/** Signs what the cluster's Secrets hold. */
let company: Authority;
beforeAll(async () => {
  keys = await drawKeys();
  local = await testAuthority();
  company = await testAuthority();
});

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

/** A Secret's certificate, told apart by its common name. */
async function recordFor(serverName: string, commonName: string): Promise<CertificateRecord> {
  return sealed(keys, serverName, await issueLeaf(company, { dns: [commonName, serverName] }, Date.now()));
}

async function edge(retryMs = { first: 60_000, most: 60_000 }) {
  const kv = new Map<string, string>();
  const log = recordingLog();
  let failing = false;
  const certificates: Certificates = openCertificates({
    cluster: CLUSTER,
    read: async (key) => {
      if (failing) throw new Error("the KV store is restarting");
      return kv.get(key);
    },
    verifier: keys.verifier,
    sealer: keys.sealer,
    leaves: localLeaves(local, Date.now),
    systemHost: SYSTEM_HOST,
    log,
    retryMs,
  });
  closers.push(() => certificates.close());
  const listener = await startHttpsListener(
    {
      address: { host: "127.0.0.1", port: 0 },
      upstream: workerUpstream(() => undefined),
      clientSecret: "x",
      log,
    },
    certificates,
  );
  closers.push(() => listener.close(0));
  return {
    log,
    certificates,
    fail: (now: boolean) => {
      failing = now;
    },
    /** Writes, and lets the edge know. */
    publish: async (generation: number, records: Record<string, CertificateRecord>) => {
      const pairs = await snapshotPairs(keys, generation, new Map(Object.entries(records)));
      for (const { key, value } of pairs) kv.set(key, value);
      await certificates.refresh();
    },
    peer: (serverName: string | undefined) => peerOf(listener.address.port, serverName, { ca: local.pem }),
    subject: async (serverName: string | undefined) =>
      (await peerOf(listener.address.port, serverName)).subject,
  };
}

describe("the certificate for a server name", () => {
  it("is the exact one before the wildcard of its first label, and a local one otherwise", async () => {
    const { publish, subject } = await edge();
    await publish(1, {
      "shop.example": await recordFor("shop.example", "exact"),
      "*.shop.example": await recordFor("*.shop.example", "wildcard"),
      "api.shop.example": await recordFor("api.shop.example", "exact-api"),
    });
    const names = [
      "shop.example",
      "SHOP.example",
      "api.shop.example",
      "www.shop.example",
      "a.b.shop.example",
      "example",
    ];
    expect(await Promise.all(names.map(subject))).toEqual([
      "CN=exact",
      "CN=exact",
      "CN=exact-api",
      "CN=wildcard",
      "CN=a.b.shop.example",
      "CN=example",
    ]);
  });

  it("is trusted by whoever trusts the local authority, where there is none in the snapshot", async () => {
    const { peer } = await edge();
    expect(await peer("new.example")).toMatchObject({ trusted: true, issuer: "CN=Lintel local CA" });
    const { names, trusted } = await peer(undefined);
    expect([names, trusted]).toEqual([
      `DNS:${SYSTEM_HOST}, DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1`,
      true,
    ]);
  });

  it("changes with the snapshot, without a restart", async () => {
    const { publish, subject } = await edge();
    const names = ["kept.example", "changed.example", "gone.example", "new.example"];
    const kept = await recordFor("kept.example", "kept");
    await publish(1, {
      "kept.example": kept,
      "changed.example": await recordFor("changed.example", "before"),
      "gone.example": await recordFor("gone.example", "gone"),
    });
    expect(await Promise.all(names.map(subject))).toEqual([
      "CN=kept",
      "CN=before",
      "CN=gone",
      "CN=new.example",
    ]);
    await publish(2, {
      "kept.example": kept,
      "changed.example": await recordFor("changed.example", "after"),
      "new.example": await recordFor("new.example", "new"),
    });
    expect(await Promise.all(names.map(subject))).toEqual([
      "CN=kept",
      "CN=after",
      "CN=gone.example",
      "CN=new",
    ]);
  });

  it.each([
    [
      "is sealed with another key",
      async () => sealed(await drawKeys(), "bad.example", await pairOf("bad.example")),
    ],
    ["is sealed for another name", () => recordFor("other.example", "x")],
    [
      "does not fit its key",
      async () =>
        sealed(keys, "bad.example", {
          cert: (await pairOf("bad.example")).cert,
          key: (await pairOf("x")).key,
        }),
    ],
    [
      "is no certificate",
      async () => sealed(keys, "bad.example", { ...(await pairOf("x")), cert: "damaged" }),
    ],
  ])("is the next best where one %s, which harms no other", async (_, bad) => {
    const { publish, subject, log } = await edge();
    await publish(1, {
      "bad.example": await bad(),
      "good.example": await recordFor("good.example", "good"),
      "*.example": await recordFor("*.example", "wildcard"),
    });
    expect(await Promise.all(["bad.example", "bad.example", "good.example"].map(subject))).toEqual([
      "CN=wildcard",
      "CN=wildcard",
      "CN=good",
    ]);
    const warnings = log.lines.filter(({ level }) => level === "warn");
    expect(warnings.map(({ fields }) => (fields as { serverName: string }).serverName)).toEqual([
      "bad.example",
    ]);
  });

  it("stays as it was when what is published cannot be used, with a line in the log", async () => {
    const { publish, subject, log } = await edge();
    await publish(2, { "a.example": await recordFor("a.example", "good") });
    await publish(1, { "a.example": await recordFor("a.example", "older") });
    expect(await subject("a.example")).toBe("CN=good");
    expect(log.lines.filter(({ level }) => level === "error")).toMatchObject([
      { fields: { error: "root: would go back from generation 2 to 1", generation: 2 } },
    ]);
  });

  it("is read again after an error, without being told", async () => {
    const { publish, subject, fail } = await edge({ first: 1, most: 2 });
    fail(true);
    await publish(1, { "a.example": await recordFor("a.example", "good") });
    expect(await subject("a.example")).toBe("CN=a.example");
    fail(false);
    await vi.waitFor(async () => expect(await subject("a.example")).toBe("CN=good"));
  });

  it("is read once for many calls at once, and again for a call that came later", async () => {
    let reads = 0;
    const held: (() => void)[] = [];
    const certificates = openCertificates({
      cluster: CLUSTER,
      read: () => {
        reads++;
        return new Promise((resolve) => held.push(() => resolve(undefined)));
      },
      verifier: keys.verifier,
      sealer: keys.sealer,
      leaves: localLeaves(local, Date.now),
      systemHost: SYSTEM_HOST,
      log: recordingLog(),
    });
    closers.push(() => certificates.close());
    const first = certificates.refresh();
    await vi.waitFor(() => expect(held.length).toBe(1));
    const later = Promise.all([certificates.refresh(), certificates.refresh()]);
    held.shift()?.();
    await first;
    await vi.waitFor(() => expect(held.length).toBe(1));
    held.shift()?.();
    await later;
    expect(reads).toBe(2);
  });
});

function pairOf(name: string) {
  return issueLeaf(company, { dns: [name] }, Date.now());
}
