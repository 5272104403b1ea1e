/** Those whom the cluster's own Secret lets ask, over HTTP: tokens, views, certificates, Cloudflare Access. */
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { type DnsView, type RecordOf, sha256 } from "../../../../contract/index.ts";
import { createDohHandler } from "../../../../worker/dns/doh.ts";
import type { SnapshotView } from "../../../../worker/snapshot/view.ts";
import { CLUSTER } from "../support/cluster.ts";
import { PLATFORM } from "../support/platform.ts";
import { type SomeRecords, viewOf } from "../support/snapshot.ts";

const NOW = 1_762_000_000_000;
const TEAM = "example.cloudflareaccess.com";
const FINGERPRINT = "ab".repeat(32);
const CLIENT = { address: "203.0.113.9" };
const NOTHING: DnsView = { kind: "view", forward: false, search: [], ndots: 5 };

async function snapshot(more: Record<string, RecordOf<"zones">> = {}): Promise<SnapshotView> {
  const token = async (text: string, record: { readonly view: string; readonly perSecond?: number }) =>
    [`token/${await sha256(text)}`, { kind: "token", name: text, ...record }] as const;
  const zones: NonNullable<SomeRecords["zones"]> = {
    ...CLUSTER.zones,
    ...Object.fromEntries([
      await token("all", { view: "all" }),
      await token("shop", { view: "shop" }),
      await token("system", { view: "system" }),
      await token("gone", { view: "gone" }),
      await token("slow", { view: "all", perSecond: 1 }),
    ]),
    "view/all": NOTHING,
    "view/shop": { ...NOTHING, namespaces: ["shop"], zones: ["cluster.local"] },
    "view/system": { ...NOTHING, namespaces: ["kube-system"] },
    ...more,
  };
  const view = viewOf({ ...CLUSTER, zones });
  const identities = [
    { kind: "certificate", name: "carl", fingerprint: FINGERPRINT, view: "shop" },
    { kind: "access", name: "portal", team: TEAM, audience: "app", view: "system" },
  ] as const;
  const dns = { ...view.root.settings.dns, identities: [...identities] };
  return { ...view, root: { ...view.root, settings: { dns } } };
}

let keys: { privateKey: CryptoKey; jwks: string };
beforeAll(async () => {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: "k", alg: "RS256", use: "sig" };
  keys = { privateKey, jwks: JSON.stringify({ keys: [jwk] }) };
});

const platform = {
  ...PLATFORM,
  now: () => NOW,
  fetch: async (input: string | Request) =>
    (typeof input === "string" ? input : input.url) === `https://${TEAM}/cdn-cgi/access/certs`
      ? new Response(keys.jwks, { headers: { "content-type": "application/json" } })
      : new Response(null, { status: 404 }),
};

interface Ask {
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly certificate?: string;
  readonly name?: string;
}

function asker(view: SnapshotView | undefined, access: "token" | "loopback" | "public" = "token") {
  const handle = createDohHandler({ access, token: undefined }, platform);
  return async ({
    path = "/dns-query",
    headers = {},
    certificate,
    name = "web.shop.svc.cluster.local",
  }: Ask) => {
    const request = new Request(`https://edge.lintel.test${path}?name=${name}&type=A`, { headers });
    const response = await handle(request, { ...CLIENT, certificate }, () => view);
    if (response.status !== 200) return response.status;
    const { Status, Answer = [] } = await response.json<{ Status: number; Answer?: { data: string }[] }>();
    return [Status, ...Answer.map(({ data }) => data)];
  };
}

const WEB = [0, "10.96.0.20"];
const NXDOMAIN = [3];
const REFUSED = [5];

describe("a token of the cluster's Secret", () => {
  it.each<[string, Ask, unknown]>([
    ["sees what its view sees", { path: "/dns-query/shop" }, WEB],
    ["may be a bearer token", { headers: { authorization: "Bearer shop" } }, WEB],
    ["sees nothing of other namespaces", { path: "/dns-query/system" }, NXDOMAIN],
    [
      "is refused what is of no zone of its view",
      { path: "/dns-query/shop", name: "20.0.96.10.in-addr.arpa" },
      REFUSED,
    ],
    ["is refused where its view is gone", { path: "/dns-query/gone" }, 403],
    ["is refused where it is none", { path: "/dns-query/none" }, 403],
    ["is refused where it is the hash of one", { path: `/dns-query/${"0".repeat(64)}` }, 403],
    ["is refused where it is endless", { path: `/dns-query/${"x".repeat(600)}` }, 403],
    ["is asked for", {}, 403],
  ])("%s", async (_, request, expected) => {
    expect(await asker(await snapshot())(request)).toEqual(expected);
  });

  it("counts where only loopback may ask without, and where everybody may", async () => {
    const view = await snapshot();
    for (const access of ["loopback", "public"] as const) {
      expect(await asker(view, access)({ path: "/dns-query/system" })).toEqual(NXDOMAIN);
    }
    expect(await asker(view, "public")({})).toEqual(WEB);
    expect(await asker(view, "loopback")({})).toBe(403);
  });

  it("may ask so often and no more", async () => {
    const ask = asker(await snapshot());
    const answers = [];
    for (let i = 0; i < 7; i++) answers.push(await ask({ path: "/dns-query/slow" }));
    expect(answers).toEqual([...Array.from({ length: 6 }, () => WEB), 429]);
    expect(await ask({ path: "/dns-query/all" })).toEqual(WEB);
  });

  it("is not known before the first snapshot", async () => {
    expect(await asker(undefined)({ path: "/dns-query/shop" })).toBe(503);
  });
});

describe("everybody", () => {
  it("has the view of that name, where there is one", async () => {
    const view = await snapshot({
      "view/public": { ...NOTHING, namespaces: ["kube-system"], zones: ["cluster.local"] },
    });
    const ask = asker(view);
    expect(await ask({})).toEqual(NXDOMAIN);
    expect(await ask({ name: "kube-dns.kube-system.svc.cluster.local" })).toEqual([0, "10.96.0.10"]);
    expect(await ask({ name: "10.0.96.10.in-addr.arpa" })).toEqual(REFUSED);
    expect(await ask({ path: "/dns-query/none" })).toBe(403);
  });
});

describe("others than tokens", () => {
  it("a certificate that the platform has verified", async () => {
    const ask = asker(await snapshot());
    expect(await ask({ certificate: FINGERPRINT })).toEqual(WEB);
    expect(await ask({ certificate: "cd".repeat(32) })).toBe(403);
  });

  it("a token of Cloudflare Access for the application", async () => {
    const ask = asker(await snapshot());
    const signed = (audience: string, issuer = `https://${TEAM}`, expires = NOW / 1000 + 60) =>
      new SignJWT({})
        .setProtectedHeader({ alg: "RS256", kid: "k" })
        .setIssuer(issuer)
        .setAudience(audience)
        .setExpirationTime(expires)
        .sign(keys.privateKey);
    const by = async (assertion: Promise<string>) =>
      ask({ headers: { "cf-access-jwt-assertion": await assertion } });
    expect(await by(signed("app"))).toEqual(NXDOMAIN);
    expect(await by(signed("another"))).toBe(403);
    expect(await by(signed("app", "https://evil.example"))).toBe(403);
    expect(await by(signed("app", undefined, NOW / 1000 - 60))).toBe(403);
    expect(await by(Promise.resolve("nonsense"))).toBe(403);
  });
});
