/** The pages and `/api` behind Cloudflare Access: what its assertions let in, and what does not pass for one. */
import { base64url, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { beforeAll, beforeEach, describe, expect, it, test } from "vitest";
import { Published } from "../support/published.ts";
import { NOW, systemHost, TOKEN } from "./support.ts";

const TEAM = "example.cloudflareaccess.com";
const AUDIENCE = "4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2";
const SECONDS = NOW / 1000;

type Algorithm = "RS256" | "ES256" | "PS256";
type KeyName = Algorithm | "other";

const keys = new Map<KeyName, CryptoKey>();
/** What the team's domain serves. */
let keySet: string;
let published: Published;
let fetched: string[];
/** How the team's domain answers. */
let answer: () => Response;

beforeAll(async () => {
  const jwks: object[] = [];
  for (const [name, alg] of [
    ["RS256", "RS256"],
    ["ES256", "ES256"],
    ["PS256", "PS256"],
    ["other", "RS256"],
  ] as const) {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    keys.set(name, privateKey);
    if (name !== "other") jwks.push({ ...(await exportJWK(publicKey)), kid: name, alg, use: "sig" });
  }
  keySet = JSON.stringify({ keys: jwks });
  published = await Published.create("behind-access");
  await published.publish({});
});

beforeEach(() => {
  fetched = [];
  answer = () => new Response(keySet, { headers: { "content-type": "application/json" } });
});

interface Wish {
  readonly alg?: Algorithm;
  /** The key that it is signed with; that of the algorithm unless given. */
  readonly key?: KeyName;
  readonly kid?: string;
  /** `undefined` leaves one out. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

const CLAIMS: JWTPayload = {
  iss: `https://${TEAM}`,
  aud: [AUDIENCE],
  exp: SECONDS + 600,
  iat: SECONDS,
  email: "ada@example.com",
};

async function assertion({ alg = "RS256", key = alg, kid = alg, claims = {} }: Wish = {}): Promise<string> {
  const signingKey = keys.get(key);
  if (signingKey === undefined) throw new Error(`there is no key ${key}`);
  return new SignJWT({ ...CLAIMS, ...claims }).setProtectedHeader({ alg, kid, typ: "JWT" }).sign(signingKey);
}

/** A token of the same claims that nobody signed. */
const unsigned = (header: object) =>
  `${[header, CLAIMS].map((part) => base64url.encode(JSON.stringify(part))).join(".")}.`;

function behindAccess(vars: Parameters<typeof systemHost>[1] = {}) {
  return systemHost(
    published,
    { LINTEL_ACCESS_APPLICATION: `${TEAM} ${AUDIENCE}`, ...vars },
    {
      fetch: async (request) => {
        fetched.push(typeof request === "string" ? request : request.url);
        return answer();
      },
    },
  );
}

const showing = (shown: string) => ({ headers: { authorization: "", "cf-access-jwt-assertion": shown } });

describe("lets in", () => {
  test.each<Algorithm>(["RS256", "ES256"])("whom Access vouches for with %s", async (alg) => {
    const ask = behindAccess();
    const shown = showing(await assertion({ alg }));
    const page = await ask("/hosts", shown);
    expect([page.status, (await page.text()).includes("<h1>Hosts</h1>")]).toEqual([200, true]);
    expect((await ask("/api/overview", shown)).status).toBe(200);
    expect((await ask("/api/warnings", shown)).status).toBe(200);
    expect(fetched).toEqual([`https://${TEAM}/cdn-cgi/access/certs`]);
  });

  it("an application that is one of several audiences", async () => {
    const shown = showing(await assertion({ claims: { aud: ["another", AUDIENCE] } }));
    expect((await behindAccess()("/", shown)).status).toBe(200);
  });

  it("a clock that is a little ahead", async () => {
    const shown = showing(await assertion({ claims: { exp: SECONDS - 20 } }));
    expect((await behindAccess()("/", shown)).status).toBe(200);
  });

  it("whoever shows the token still, whatever the assertion", async () => {
    const headers = { authorization: `Bearer ${TOKEN}`, "cf-access-jwt-assertion": "nonsense" };
    expect((await behindAccess()("/api/overview", { headers })).status).toBe(200);
  });

  it("people where only this machine may look otherwise", async () => {
    const ask = behindAccess({ LINTEL_DNS_ACCESS: "loopback" });
    expect((await ask("/", showing(await assertion()))).status).toBe(200);
    expect((await ask("/", showing("nonsense"))).status).toBe(403);
  });
});

describe("refuses", () => {
  test.each<[string, () => string | Promise<string>]>([
    ["another audience", () => assertion({ claims: { aud: ["another"] } })],
    ["no audience", () => assertion({ claims: { aud: undefined } })],
    ["another team as issuer", () => assertion({ claims: { iss: "https://evil.cloudflareaccess.com" } })],
    ["no issuer", () => assertion({ claims: { iss: undefined } })],
    ["one that has expired", () => assertion({ claims: { exp: SECONDS - 60 } })],
    ["one without an end", () => assertion({ claims: { exp: undefined } })],
    ["one that does not hold yet", () => assertion({ claims: { nbf: SECONDS + 600 } })],
    ["a key that the team does not have", () => assertion({ key: "other" })],
    ["a key of another name", () => assertion({ key: "other", kid: "other" })],
    ["an algorithm that Access does not use", () => assertion({ alg: "PS256" })],
    ["no signature, said so", () => unsigned({ alg: "none" })],
    ["no signature, in other letters", () => unsigned({ alg: "None", kid: "RS256" })],
    ["no signature, said otherwise", () => unsigned({ alg: "RS256", kid: "RS256" })],
    [
      "claims that were changed after",
      async () => {
        const [header, , signature] = (await assertion()).split(".");
        const claims = base64url.encode(JSON.stringify({ ...CLAIMS, email: "eve@example.com" }));
        return [header, claims, signature].join(".");
      },
    ],
    ["what is no token", () => "nonsense"],
  ])("%s", async (_, shown) => {
    const ask = behindAccess();
    const asked = showing(await shown());
    expect((await ask("/api/overview", asked)).status).toBe(401);
    const page = await ask("/", asked);
    expect([page.status, (await page.text()).includes("Cluster ")]).toEqual([401, false]);
  });

  it("a public key that passes for the secret of a signature by HMAC", async () => {
    const forged = await new SignJWT(CLAIMS)
      .setProtectedHeader({ alg: "HS256", kid: "RS256" })
      .sign(new TextEncoder().encode(keySet));
    expect((await behindAccess()("/", showing(forged))).status).toBe(401);
  });

  it("assertions where no application stands before the host", async () => {
    const ask = systemHost(published);
    expect((await ask("/", showing(await assertion()))).status).toBe(401);
  });

  it("everybody while the keys cannot be had", async () => {
    answer = () => new Response("down", { status: 503 });
    expect((await behindAccess()("/", showing(await assertion()))).status).toBe(401);
  });

  it("an assertion that stands in a cookie alone, which other sites' forms would send", async () => {
    const headers = { authorization: "", cookie: `CF_Authorization=${await assertion()}` };
    expect((await behindAccess()("/", { headers })).status).toBe(401);
  });
});
