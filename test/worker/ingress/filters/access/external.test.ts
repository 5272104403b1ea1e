import { describe, expect, it, test } from "vitest";
import type { ExternalAuth } from "../../../../../contract/index.ts";
import { access } from "../../../../../worker/ingress/filters/access/access.ts";
import { TargetError } from "../../../../../worker/ingress/target-fetch.ts";
import { FakePlatform } from "../../../support/platform.ts";
import { Guarded } from "./support.ts";

const URL = "https://a.test:8443/x/y?q=1";

const auth: ExternalAuth = {
  target: { kind: "service", service: "shop/auth", port: 80, scheme: "http", host: "auth.shop", path: "/" },
  responseHeaders: [],
  requestHeaders: {},
  alwaysSetCookie: false,
};

const answering = (status: number, headers: [string, string][] = []) =>
  new FakePlatform(() => new Response(null, { status, headers }));

const guarded = (platform: FakePlatform, more: Partial<ExternalAuth> = {}) =>
  new Guarded({ external: { ...auth, ...more } }, platform);

describe("the answer", () => {
  test.each([
    [200, "passed"],
    [204, "passed"],
    [299, "passed"],
    [401, "401"],
    [403, "403"],
    [302, "500"],
    [304, "500"],
    [404, "500"],
    [429, "500"],
    [500, "500"],
    [503, "500"],
  ])("%i: %s", async (status, expected) => {
    expect(await guarded(answering(status)).ask({ url: URL })).toBe(expected);
  });

  it("may be none, which lets nobody in and is logged", async () => {
    const platform = new FakePlatform(() => {
      throw new TargetError("service shop/auth has no endpoint that is ready");
    });
    expect(await guarded(platform).ask()).toBe("500");
    expect(platform.logged).toEqual([
      "warn auth-url failed TargetError: service shop/auth has no endpoint that is ready",
    ]);
  });

  it("may say how to authenticate", async () => {
    const platform = answering(401, [["www-authenticate", `Bearer realm="x"`]]);
    expect(await guarded(platform).ask()).toBe(`401 Bearer realm="x"`);
  });
});

describe("signing in", () => {
  const signin = "https://login.test/start?rd=$pass_access_scheme://$http_host$escaped_request_uri";
  test.each([
    [401, "302 https://login.test/start?rd=https://a.test:8443%2Fx%2Fy%3Fq%3D1"],
    [403, "403"],
    [500, "500"],
    [200, "passed"],
  ])("%i: %s", async (status, expected) => {
    expect(await guarded(answering(status), { signin }).ask({ url: URL })).toBe(expected);
  });
});

describe("the question", () => {
  async function question(more: Partial<ExternalAuth> = {}, init: RequestInit = {}): Promise<Headers> {
    const platform = answering(200);
    await guarded(platform, more).ask({ url: URL, init });
    return platform.asked[0]?.request.headers ?? new Headers();
  }

  test.each([
    ["x-original-url", URL],
    ["x-original-uri", "/x/y?q=1"],
    ["x-original-method", "POST"],
    ["x-auth-request-redirect", "/x/y?q=1"],
    ["x-sent-from", "nginx-ingress-controller"],
    ["x-real-ip", "192.0.2.7"],
    ["x-forwarded-for", "192.0.2.7"],
    ["x-request-id", "id-1"],
    ["cookie", "session=1"],
    ["authorization", "Bearer abc"],
    ["content-type", null],
    ["content-length", null],
    ["if-none-match", null],
    ["range", null],
    ["host", null],
  ])("%s: %s", async (name, expected) => {
    const headers = {
      cookie: "session=1",
      authorization: "Bearer abc",
      "content-type": "text/plain",
      "content-length": "4",
      "if-none-match": `"x"`,
      range: "bytes=0-1",
      "x-original-url": "https://forged.test/",
    };
    const asked = await question({}, { method: "POST", body: "body", headers });
    expect(asked.get(name)).toBe(expected);
  });

  it("has no body, and is a GET", async () => {
    const platform = answering(200);
    await guarded(platform).ask({ init: { method: "POST", body: "body" } });
    expect(platform.asked[0]).toMatchObject({ request: { method: "GET" }, body: undefined });
  });

  it("has the method and the headers that are asked for", async () => {
    const platform = answering(200);
    const more = {
      method: "POST",
      requestRedirect: "https://$host/back",
      requestHeaders: { "x-tenant": "shop", "x-sent-from": "edge $request_method" },
    };
    await guarded(platform, more).ask();
    const { method, headers } = platform.asked[0]?.request ?? {};
    expect([method, headers?.get("x-auth-request-redirect")]).toEqual(["POST", "https://a.test/back"]);
    expect([headers?.get("x-tenant"), headers?.get("x-sent-from")]).toEqual(["shop", "edge GET"]);
  });

  it("bears the client's credentials also beside basic authentication", async () => {
    const platform = answering(200);
    const basic = { realm: "Shop", users: { alice: "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=" } };
    const both = new Guarded({ basic, external: auth }, platform);
    const authorization = `Basic ${btoa("alice:secret")}`;
    const { exchange } = await both.exchange({ init: { headers: { authorization } } });
    expect(platform.asked[0]?.request.headers.get("authorization")).toBe(authorization);
    expect(exchange.outgoing.headers.get("authorization")).toBeNull();
  });
});

describe("headers for the upstream", () => {
  const responseHeaders = ["x-user", "x-groups", "authorization"];

  it("are those of the answer, never the client's", async () => {
    const platform = answering(200, [
      ["x-user", "alice"],
      ["authorization", "Bearer inner"],
      ["x-other", "1"],
    ]);
    const headers = { "x-user": "forged", "x-groups": "admin", authorization: "Bearer outer" };
    const { exchange } = await guarded(platform, { responseHeaders }).exchange({ init: { headers } });
    const sent = exchange.outgoing.headers;
    expect(["x-user", "x-groups", "authorization", "x-other"].map((name) => sent.get(name))).toEqual([
      "alice",
      null,
      "Bearer inner",
      null,
    ]);
    expect(platform.asked[0]?.request.headers.get("authorization")).toBe("Bearer outer");
  });

  it("are not the client's either where the service was not asked", async () => {
    const rules = {
      satisfy: "any" as const,
      allow: ["192.0.2.0/24"],
      external: { ...auth, responseHeaders },
    };
    const { said, exchange } = await new Guarded(rules).exchange({
      init: { headers: { "x-user": "forged" } },
    });
    expect([said, exchange.outgoing.headers.get("x-user")]).toEqual(["passed", null]);
  });
});

describe("cookies", () => {
  const cookies: [string, string][] = [
    ["set-cookie", "a=1; Path=/"],
    ["set-cookie", "b=2"],
  ];
  test.each<[string, number, boolean, number, string[]]>([
    ["with a success", 200, false, 200, ["a=1; Path=/", "b=2"]],
    ["with a redirect", 200, false, 302, ["a=1; Path=/", "b=2"]],
    ["not with an error", 200, false, 404, []],
    ["with an error where always", 200, true, 404, ["a=1; Path=/", "b=2"]],
    ["with a refusal where always", 401, true, 401, ["a=1; Path=/", "b=2"]],
  ])("go to the client %s", async (_, status, alwaysSetCookie, final, expected) => {
    const route = guarded(answering(status, cookies), { alwaysSetCookie });
    const { exchange } = await route.exchange();
    const response = await route.respond(exchange, new Response(null, { status: final }));
    expect(response.headers.getSetCookie()).toEqual(expected);
  });
});

describe("the cache", () => {
  const cache = { key: "$cookie_session", seconds: { 200: 60, 401: 10 } };
  const as = (session: string) => ({ init: { headers: { cookie: `session=${session}` } } });

  it("answers for the same key, for as long as its status is kept", async () => {
    const platform = answering(200, [["x-user", "alice"]]);
    const route = guarded(platform, { cache, responseHeaders: ["x-user"] });
    await route.ask(as("1"));
    platform.time += 59_999;
    const { said, exchange } = await route.exchange(as("1"));
    expect([said, exchange.outgoing.headers.get("x-user")]).toEqual(["passed", "alice"]);
    expect(platform.asked).toHaveLength(1);
    await route.ask(as("2"));
    expect(platform.asked).toHaveLength(2);
    platform.time += 1;
    await route.ask(as("1"));
    expect(platform.asked).toHaveLength(3);
  });

  test.each<[string, number, [string, string][], Record<string, number>, number]>([
    ["a refusal", 401, [], cache.seconds, 1],
    ["a status that is not named", 403, [], cache.seconds, 2],
    ["any status", 403, [], { any: 10 }, 1],
    ["a failure", 500, [], { any: 10, 500: 10 }, 2],
    ["an answer with cookies", 200, [["set-cookie", "a=1"]], cache.seconds, 2],
    ["an answer that is private", 200, [["cache-control", "private, max-age=60"]], cache.seconds, 2],
    ["an answer that is old at once", 200, [["cache-control", "max-age=0"]], cache.seconds, 2],
    ["an answer with an age", 200, [["cache-control", "max-age=30"]], cache.seconds, 1],
  ])("keeps or does not keep %s", async (_, status, headers, seconds, questions) => {
    const platform = answering(status, headers);
    const route = guarded(platform, { cache: { ...cache, seconds } });
    const first = await route.ask(as("1"));
    platform.time += 5_000;
    expect(await route.ask(as("1"))).toBe(first);
    expect(platform.asked).toHaveLength(questions);
  });

  it("keeps nothing where its key holds what is not known here", async () => {
    const platform = answering(200);
    const route = guarded(platform, { cache: { ...cache, key: "$ssl_client_fingerprint" } });
    await route.ask(as("1"));
    await route.ask(as("1"));
    expect(platform.asked).toHaveLength(2);
  });

  it("is each route's own", async () => {
    const platform = answering(200);
    const filter = access(platform);
    const external = { ...auth, cache };
    await new Guarded({ external }, platform, filter).ask(as("1"));
    await new Guarded({ external }, platform, filter).ask(as("1"));
    expect(platform.asked).toHaveLength(2);
  });
});
