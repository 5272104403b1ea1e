import { describe, expect, it, test, vi } from "vitest";
import { basicOf, Guarded, withHeaders } from "./support.ts";

const SECRET = "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=";
const SLOW_SECRET = "$apr1$mysalt01$/cRffBNS3uUoUIZzjaBHv1";
const basic = { realm: "Shop", users: { alice: SECRET, žofie: SECRET, slow: SLOW_SECRET } };
const UNAUTHORIZED = `401 Basic realm="Shop"`;

test.each([
  ["the right password", basicOf("alice", "secret"), "passed"],
  ["the right password, by apr1", basicOf("slow", "secret"), "passed"],
  ["a user in UTF-8", basicOf("žofie", "secret"), "passed"],
  ["a wrong password", basicOf("alice", "secreT"), UNAUTHORIZED],
  ["the hash for a password", basicOf("alice", SECRET), UNAUTHORIZED],
  ["no password", basicOf("alice", ""), UNAUTHORIZED],
  ["a user that there is not", basicOf("bob", "secret"), UNAUTHORIZED],
  ["what every object has", basicOf("constructor", "secret"), UNAUTHORIZED],
  ["nothing", {}, UNAUTHORIZED],
  ["no colon", withHeaders({ authorization: `Basic ${btoa("alice")}` }), UNAUTHORIZED],
  ["no base64", withHeaders({ authorization: "Basic ****" }), UNAUTHORIZED],
  ["no UTF-8", withHeaders({ authorization: `Basic ${btoa("\u00ff:secret")}` }), UNAUTHORIZED],
  ["another scheme", withHeaders({ authorization: "Bearer abc" }), UNAUTHORIZED],
  ["the scheme in lower case", withHeaders({ authorization: `basic ${btoa("alice:secret")}` }), "passed"],
])("%s", async (_, init, expected) => {
  expect(await new Guarded({ basic }).ask(init)).toBe(expected);
});

it("lets nobody in where there are no users", async () => {
  expect(await new Guarded({ basic: { realm: "Shop", users: {} } }).ask(basicOf("", ""))).toBe(UNAUTHORIZED);
});

it("quotes the realm", async () => {
  const realm = String.raw`a "b" \c`;
  expect(await new Guarded({ basic: { ...basic, realm } }).ask()).toBe(
    String.raw`401 Basic realm="a \"b\" \\c"`,
  );
});

describe("the Authorization header", () => {
  const keys = { kind: "url", origin: "https://keys.test", path: "/" } as const;
  const jwt = { issuer: "i", audiences: [], keys, claimHeaders: {} };
  test.each([
    ["does not go on", { basic }, basicOf("alice", "secret"), null],
    [
      "does not go on from whom the address lets in",
      { basic, allow: ["192.0.2.0/24"] },
      basicOf("x", "y"),
      null,
    ],
    [
      "of another form does not",
      { basic, allow: ["192.0.2.0/24"] },
      withHeaders({ authorization: "Bearer a" }),
      null,
    ],
    [
      "of another form goes on where a token is asked for",
      { basic, jwt, allow: ["192.0.2.0/24"] },
      withHeaders({ authorization: "Bearer a" }),
      "Bearer a",
    ],
  ])("%s", async (_, rules, init, expected) => {
    const { exchange } = await new Guarded({ satisfy: "any", ...rules }).exchange(init);
    expect(exchange.outgoing.headers.get("authorization")).toBe(expected);
  });
});

describe("what is remembered", () => {
  const digests = (algorithm: string, spy: { mock: { calls: unknown[][] } }) =>
    spy.mock.calls.filter(([name]) => name === algorithm).length;

  it("are right credentials, for a while", async () => {
    const guarded = new Guarded({ basic });
    const spy = vi.spyOn(crypto.subtle, "digest");
    try {
      await guarded.ask(basicOf("slow", "secret"));
      const first = digests("MD5", spy);
      expect(first).toBeGreaterThan(1000);
      expect(await guarded.ask(basicOf("slow", "secret"))).toBe("passed");
      expect(digests("MD5", spy)).toBe(first);
      guarded.platform.time += 300_000;
      await guarded.ask(basicOf("slow", "secret"));
      expect(digests("MD5", spy)).toBe(2 * first);
    } finally {
      spy.mockRestore();
    }
  });

  it("is nothing of wrong ones", async () => {
    const guarded = new Guarded({ basic });
    await guarded.ask(basicOf("alice", "secret"));
    expect(await guarded.ask(basicOf("alice", "wrong"))).toBe(UNAUTHORIZED);
    expect(await guarded.ask(basicOf("bob", "secret"))).toBe(UNAUTHORIZED);
  });

  it("costs a user that there is not as much as one that there is", async () => {
    const guarded = new Guarded({ basic: { realm: "Shop", users: { slow: SLOW_SECRET } } });
    const spy = vi.spyOn(crypto.subtle, "digest");
    try {
      await guarded.ask(basicOf("nobody", "secret"));
      expect(digests("MD5", spy)).toBeGreaterThan(1000);
    } finally {
      spy.mockRestore();
    }
  });
});

describe("slow hashes of several requests", () => {
  // The password is `secret`.
  const alice = "$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a";
  const guarded = () => new Guarded({ basic: { realm: "Shop", users: { alice } } });

  it("are all made", async () => {
    const route = guarded();
    const passwords = ["secret", "wrong", "secret"];
    expect(await Promise.all(passwords.map((password) => route.ask(basicOf("alice", password))))).toEqual([
      "passed",
      UNAUTHORIZED,
      "passed",
    ]);
  });

  it("keep out who has waited too long", async () => {
    const route = guarded();
    const { platform } = route;
    platform.delay = () => {
      platform.time += 20_000;
      return Promise.resolve();
    };
    expect(await Promise.all([1, 2].map(() => route.ask(basicOf("alice", "secret"))))).toEqual([
      "passed",
      "503",
    ]);
  });
});
