import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { beforeAll, beforeEach, describe, expect, it, test } from "vitest";
import type { JwtAuth } from "../../../../../contract/index.ts";
import { access } from "../../../../../worker/ingress/filters/access/access.ts";
import { FakePlatform } from "../../../support/platform.ts";
import { Guarded, withHeaders } from "./support.ts";

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

const NOW = Date.parse("2026-06-01T12:00:00Z");
const SECONDS = NOW / 1000;

const auth: JwtAuth = {
  issuer: "https://login.test/",
  audiences: ["shop", "shop-admin"],
  keys: { kind: "url", origin: "https://login.test", path: "/jwks.json" },
  claimHeaders: { "x-user": "sub", "x-roles": "realm.roles" },
};

let first: KeyPair;
let second: KeyPair;
/** What the issuer publishes, by key id. */
let published: Record<string, KeyPair>;
let platform: FakePlatform;
let route: Guarded;

beforeAll(async () => {
  first = await generateKeyPair("ES256");
  second = await generateKeyPair("ES256");
});

beforeEach(() => {
  published = { one: first };
  platform = new FakePlatform(async () => Response.json({ keys: await publicKeys() }));
  platform.time = NOW;
  route = new Guarded({ jwt: auth }, platform);
});

async function publicKeys(): Promise<object[]> {
  const entries = Object.entries(published);
  return Promise.all(entries.map(async ([kid, { publicKey }]) => ({ ...(await exportJWK(publicKey)), kid })));
}

interface Wanted {
  readonly claims?: Record<string, unknown>;
  readonly header?: { readonly kid: string | undefined };
  readonly key?: KeyPair["privateKey"];
}

const USUAL = { iss: auth.issuer, aud: "shop", sub: "alice", exp: SECONDS + 60 };

async function token({ claims = {}, header, key = first.privateKey }: Wanted = {}): Promise<string> {
  const { kid } = header ?? { kid: "one" };
  return new SignJWT({ ...USUAL, ...claims })
    .setProtectedHeader({ alg: "ES256", ...(kid !== undefined && { kid }) })
    .sign(key);
}

const bearing = (text: string) => withHeaders({ authorization: `Bearer ${text}` });

const invalid = (description: string) =>
  `401 Bearer error="invalid_token", error_description="${description}"`;
const UNTRUSTED = invalid("The token is malformed, or not signed by its issuer.");
const bad = (claim: string) => invalid(`The token's claim ${claim} is not what it must be.`);

describe("a token", () => {
  test.each<[string, Wanted, string]>([
    ["of the issuer", {}, "passed"],
    ["for another of the audiences", { claims: { aud: ["x", "shop-admin"] } }, "passed"],
    ["that ended within the tolerance", { claims: { exp: SECONDS - 29 } }, "passed"],
    ["that ended", { claims: { exp: SECONDS - 31 } }, invalid("The token has expired.")],
    ["that never ends", { claims: { exp: undefined } }, bad("exp")],
    ["that is not valid yet", { claims: { nbf: SECONDS + 31 } }, bad("nbf")],
    ["of another issuer", { claims: { iss: "https://evil.test/" } }, bad("iss")],
    ["for another audience", { claims: { aud: "bank" } }, bad("aud")],
    ["for nobody", { claims: { aud: undefined } }, bad("aud")],
    ["with a key that nobody knows", { header: { kid: "none" } }, UNTRUSTED],
  ])("%s", async (_, wanted, expected) => {
    expect(await route.ask(bearing(await token(wanted)))).toBe(expected);
  });

  it("signed by somebody else is not believed", async () => {
    expect(await route.ask(bearing(await token({ key: second.privateKey })))).toBe(UNTRUSTED);
  });

  it("signed with a shared secret is not believed, be it the public key", async () => {
    const secret = new TextEncoder().encode(JSON.stringify(await exportJWK(first.publicKey)));
    const forged = await new SignJWT(USUAL).setProtectedHeader({ alg: "HS256", kid: "one" }).sign(secret);
    expect(await route.ask(bearing(forged))).toBe(UNTRUSTED);
  });

  it("that is not signed is not believed", async () => {
    const part = (value: object) => btoa(JSON.stringify(value)).replaceAll("=", "");
    expect(await route.ask(bearing(`${part({ alg: "none" })}.${part(USUAL)}.`))).toBe(UNTRUSTED);
  });

  test.each([
    ["that is missing", {}, "401 Bearer"],
    ["in another scheme", withHeaders({ authorization: "Basic YTpi" }), "401 Bearer"],
    ["that is none", bearing("abc"), UNTRUSTED],
  ])("%s", async (_, init, expected) => {
    expect(await route.ask(init)).toBe(expected);
  });

  it("may be for anybody where no audience is asked for", async () => {
    const anybody = new Guarded({ jwt: { ...auth, audiences: [] } }, platform);
    expect(await anybody.ask(bearing(await token({ claims: { aud: "bank" } })))).toBe("passed");
  });

  it("that names no key may be by any of them", async () => {
    published = { one: second, two: first };
    expect(await route.ask(bearing(await token({ header: { kid: undefined } })))).toBe("passed");
  });
});

describe("claims", () => {
  it("go on in headers, and the token with them; the client's own headers do not", async () => {
    const text = await token({ claims: { realm: { roles: ["a", "b"] } } });
    const headers = { authorization: `Bearer ${text}`, "x-user": "forged" };
    const { exchange } = await route.exchange({ init: { headers } });
    const sent = exchange.outgoing.headers;
    expect([sent.get("x-user"), sent.get("x-roles")]).toEqual(["alice", "a,b"]);
    expect(sent.get("authorization")).toBe(`Bearer ${text}`);
  });

  it("are not the client's to make where the address alone lets it in", async () => {
    const any = new Guarded({ satisfy: "any", allow: ["192.0.2.0/24"], jwt: auth }, platform);
    const { exchange } = await any.exchange(withHeaders({ "x-user": "forged" }));
    expect(exchange.outgoing.headers.get("x-user")).toBeNull();
  });
});

describe("the issuer's keys", () => {
  const ask = async (wanted: Wanted = {}) => route.ask(bearing(await token(wanted)));
  const isNew = (): Wanted => ({ header: { kid: "two" }, key: second.privateKey });
  const broken = () => new Response(null, { status: 503 });
  const WHOLE = 300_000;

  it("are asked for once, by many requests at once too", async () => {
    expect(await Promise.all([ask(), ask(), ask()])).toEqual(["passed", "passed", "passed"]);
    await ask();
    expect(platform.asked).toHaveLength(1);
  });

  it("are those of all routes of the issuer", async () => {
    const filter = access(platform);
    const text = bearing(await token());
    await new Guarded({ jwt: auth }, platform, filter).ask(text);
    expect(await new Guarded({ jwt: { ...auth, audiences: [] } }, platform, filter).ask(text)).toBe("passed");
    expect(platform.asked).toHaveLength(1);
  });

  it("are asked for anew when a token names one that is not known, but not for each such token", async () => {
    await ask();
    published = { two: second };
    expect(await ask(isNew())).toBe(UNTRUSTED);
    platform.time += 10_000;
    expect(await ask(isNew())).toBe("passed");
    expect(platform.asked).toHaveLength(2);
    for (let i = 0; i < 5; i++) await ask({ header: { kid: `made-up-${i}` } });
    expect(platform.asked).toHaveLength(2);
  });

  it("are asked for anew behind a request once they are old", async () => {
    await ask();
    published = { one: first, two: second };
    platform.time += WHOLE;
    expect(await ask({ claims: { exp: SECONDS + 3600 } })).toBe("passed");
    await platform.settled();
    expect(platform.asked).toHaveLength(2);
    expect(await ask({ ...isNew(), claims: { exp: SECONDS + 3600 } })).toBe("passed");
    expect(platform.asked).toHaveLength(2);
  });

  it("serve on for an hour where they cannot be had anew", async () => {
    await ask();
    platform.answer = broken;
    const late = { claims: { exp: SECONDS + 24 * 3600 } };
    platform.time = NOW + 3_599_999;
    expect(await ask(late)).toBe("passed");
    await platform.settled();
    platform.time = NOW + 3_602_000;
    expect(await ask(late)).toBe("500");
  });

  test.each<[string, () => Response]>([
    ["that cannot be had", broken],
    ["that are no JSON", () => new Response("<html>")],
    ["that are no keys", () => Response.json({ keys: "none" })],
    ["that are too many", () => new Response(" ".repeat(300_000))],
  ])("%s let nobody in, and are asked for again soon", async (_, answer) => {
    platform.answer = answer;
    expect(await ask()).toBe("500");
    expect(await ask()).toBe("500");
    expect(platform.asked).toHaveLength(1);
    expect(platform.logged[0]).toMatch(/^warn jwt-jwks-url failed TargetError/);
    platform.answer = async () => Response.json({ keys: await publicKeys() });
    platform.time += 2_000;
    expect(await ask()).toBe("passed");
  });
});
