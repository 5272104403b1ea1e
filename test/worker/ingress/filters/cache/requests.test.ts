import { beforeEach, describe, expect, it, test } from "vitest";
import { Scene, withHeaders } from "./scene.ts";

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
});

describe("a request", () => {
  test.each<[string, Record<string, string>]>([
    ["for a part", { range: "bytes=0-1" }],
    ["with a precondition for a change", { "if-match": '"a"' }],
    ["for a WebSocket", { upgrade: "websocket" }],
    ["that is not to be stored", { "cache-control": "no-store" }],
  ])("%s passes the cache by", async (_, headers) => {
    const ask = scene.client();
    await ask();
    expect((await ask({ headers })).status).toBeUndefined();
  });

  test.each<[string, Record<string, string>, string]>([
    ["no-cache", { "cache-control": "no-cache" }, "body 2"],
    ["Pragma: no-cache", { pragma: "no-cache" }, "body 2"],
    ["a max-age that is exceeded", { "cache-control": "max-age=5" }, "body 2"],
    ["a max-age that is not", { "cache-control": "max-age=50" }, "body 1"],
    ["a min-fresh that is missed", { "cache-control": "min-fresh=55" }, "body 2"],
    ["a min-fresh that is met", { "cache-control": "min-fresh=45" }, "body 1"],
  ])("with %s is answered accordingly", async (_, headers, body) => {
    const ask = scene.client();
    await ask();
    scene.now += 10_000;
    expect((await ask({ headers })).body).toBe(body);
  });

  it("for what is cached alone is answered with 504 where nothing is", async () => {
    const ask = scene.client();
    const how = withHeaders({ "cache-control": "only-if-cached" });
    expect((await ask(how)).status).toBe(504);
    await ask();
    expect((await ask(how)).body).toBe("body 1");
  });

  test.each<[string, Record<string, string>, number]>([
    ["that entity tag", { "if-none-match": '"a"' }, 304],
    ["one of those", { "if-none-match": '"b", W/"a"' }, 304],
    ["any", { "if-none-match": "*" }, 304],
    ["another", { "if-none-match": '"b"' }, 200],
    [
      "another, whatever the date",
      { "if-none-match": '"b"', "if-modified-since": "Fri, 01 Jan 2027 00:00:00 GMT" },
      200,
    ],
    ["a later date", { "if-modified-since": "Fri, 02 Jan 2026 00:00:00 GMT" }, 304],
    ["an earlier date", { "if-modified-since": "Wed, 31 Dec 2025 00:00:00 GMT" }, 200],
  ])("of a client that has %s", async (_, headers, status) => {
    scene.respond({
      etag: '"a"',
      "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT",
      "content-language": "de",
    });
    const ask = scene.client();
    // The Service is asked for the whole, so that there is something to keep.
    const first = await ask({ headers });
    expect(scene.reached[0]?.headers.has("if-none-match")).toBe(false);
    expect(first.status).toBe(status);
    const second = await ask({ headers });
    expect([second.status, second.cache]).toEqual([status, "lintel; hit; ttl=60"]);
    expect(second.headers.has("content-language")).toBe(status === 200);
  });

  it("with cookies gets what has declared itself cacheable, and nothing of the route's ttl", async () => {
    const ask = scene.client();
    await ask();
    expect(await ask(withHeaders({ cookie: "s=1" }))).toMatchObject({
      body: "body 2",
      cache: "lintel; fwd=uri-miss",
    });
    scene.respond({ "cache-control": "max-age=60" });
    const how = { url: "http://a.test/y", headers: { cookie: "s=1" } };
    await ask(how);
    expect((await ask(how)).body).toBe("body 3");
  });

  it("with credentials gets only what is declared to be for all", async () => {
    const how = withHeaders({ authorization: "Basic x" });
    const ask = scene.client();
    scene.respond({ "cache-control": "max-age=60" });
    await ask();
    expect((await ask(how)).body).toBe("body 2");
    scene.respond({ "cache-control": "public, max-age=60" });
    await ask({ ...how, url: "http://a.test/y" });
    expect((await ask({ ...how, url: "http://a.test/y" })).body).toBe("body 3");
  });

  it("that passed a check of the route's counts as one with credentials", async () => {
    const ask = scene.client({ ttl: 60 }, { access: { satisfy: "all", basic: { realm: "r", users: {} } } });
    await ask();
    expect((await ask()).body).toBe("body 2");
  });
});
