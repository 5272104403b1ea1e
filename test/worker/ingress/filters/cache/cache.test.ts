import { beforeEach, describe, expect, it, test } from "vitest";
import type { Cache, Filters } from "../../../../../contract/index.ts";
import { type How, Scene, withHeaders } from "./scene.ts";

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
});

describe("what is kept", () => {
  it("answers the next request, as old as it is", async () => {
    scene.respond({ "x-of": "service", age: "10", "cache-control": "max-age=100" });
    const ask = scene.client();
    expect(await ask()).toMatchObject({ body: "body 1", cache: "lintel; fwd=uri-miss; stored" });
    scene.now += 30_000;
    const again = await ask();
    expect(again).toMatchObject({ body: "body 1", cache: "lintel; hit; ttl=60" });
    expect([again.headers.get("age"), again.headers.get("x-of")]).toEqual(["40", "service"]);
    expect(again.exchange.outgoing.answered).toBe(true);
    scene.now += 61_000;
    expect(await ask()).toMatchObject({ body: "body 2", cache: "lintel; fwd=stale; stored" });
  });

  test.each<[string, How, How]>([
    ["path", { url: "http://a.test/x" }, { url: "http://a.test/y" }],
    ["query", { url: "http://a.test/x?a" }, { url: "http://a.test/x?b" }],
    ["host", { url: "http://a.test/x" }, { url: "http://b.test/x" }],
    ["port", { url: "http://a.test/x" }, { url: "http://a.test:81/x" }],
    ["scheme", { url: "http://a.test/x" }, { url: "https://a.test/x" }],
  ])("is not for another %s", async (_, first, second) => {
    const ask = scene.client();
    await ask(first);
    expect((await ask(second)).body).toBe("body 2");
    expect((await ask(first)).body).toBe("body 1");
  });

  test.each<[string, Cache, Filters]>([
    ["that rewrites its path otherwise", { ttl: 60 }, { rewrite: "/y" }],
    ["whose cache is another", { ttl: 61 }, {}],
    ["that speaks another protocol upstream", { ttl: 60 }, { forwarding: { scheme: "https" } }],
  ])("is not for a route %s", async (_, settings, more) => {
    await scene.client()();
    expect((await scene.client(settings, more)()).body).toBe("body 2");
  });

  it("is nothing while the route has a canary, whose responses are not for everybody", () => {
    const canary = { ingress: "shop/b", service: "shop/b", port: 80, weight: 10, total: 100 };
    expect(scene.step({ cache: { ttl: 60 }, canary })).toBeUndefined();
  });

  it("stays when other things of its route change", async () => {
    await scene.client()();
    expect((await scene.client({ ttl: 60 }, { hsts: "max-age=1", limits: undefined })()).body).toBe("body 1");
  });

  it("is forgotten by a purge", async () => {
    const ask = scene.client();
    await ask();
    scene.epoch = 1;
    expect((await ask()).body).toBe("body 2");
  });

  it("is not looked at while purges are not known", async () => {
    const ask = scene.client();
    await ask();
    scene.epoch = undefined;
    expect((await ask()).status).toBeUndefined();
  });

  it("is for a HEAD as well, which gets no body", async () => {
    const ask = scene.client();
    await ask();
    expect(await ask({ method: "HEAD" })).toMatchObject({
      status: 200,
      body: "",
      cache: "lintel; hit; ttl=60",
    });
  });

  it("keeps the status", async () => {
    scene.respond({ location: "/y" }, 301);
    const ask = scene.client();
    await ask();
    const { status, headers, cache } = await ask();
    expect([status, headers.get("location"), cache]).toEqual([301, "/y", "lintel; hit; ttl=60"]);
  });

  test.each(["POST", "PUT", "PATCH", "DELETE"])("is forgotten after a %s that succeeds", async (method) => {
    const ask = scene.client();
    await ask();
    await ask({ url: "https://a.test/x" });
    await ask({ method });
    expect((await ask()).body).toBe("body 4");
    expect((await ask({ url: "https://a.test/x" })).body).toBe("body 5");
  });

  it("stays after one that fails, and after OPTIONS", async () => {
    const ask = scene.client();
    await ask();
    scene.respond({}, 500);
    await ask({ method: "POST" });
    await ask({ method: "OPTIONS" });
    expect((await ask()).body).toBe("body 1");
  });
});

describe("variants", () => {
  const variant = async (ask: ReturnType<Scene["client"]>, language: string) =>
    (await ask(withHeaders({ "accept-language": language }))).body;

  it("are told apart by the headers that Vary names", async () => {
    scene.respond({ vary: "Accept-Language" });
    const ask = scene.client();
    for (const [language, body] of [
      ["de", "body 1"],
      ["en", "body 2"],
      ["de", "body 1"],
      ["en", "body 2"],
    ]) {
      expect(await variant(ask, language ?? "")).toBe(body);
    }
    expect((await ask(withHeaders({ "accept-language": "fr" }))).cache).toBe("lintel; fwd=vary-miss; stored");
  });

  it("are told apart by more headers once a response names more", async () => {
    scene.respond({ vary: "accept-language" });
    const ask = scene.client();
    await variant(ask, "de");
    scene.respond({ vary: "Accept-Encoding, Accept-Language" });
    await variant(ask, "en");
    expect(await variant(ask, "en")).toBe("body 2");
    const gzip = await ask(withHeaders({ "accept-language": "en", "accept-encoding": "gzip" }));
    expect(gzip.body).toBe("body 3");
  });

  it("go all with a change of what they are variants of", async () => {
    scene.respond({ vary: "accept-language" });
    const ask = scene.client();
    await variant(ask, "de");
    await variant(ask, "en");
    await ask({ method: "POST" });
    scene.now += 1;
    await variant(ask, "de");
    expect(await variant(ask, "en")).toBe("body 5");
  });

  it("are told apart by the cookies that the route names, and by no others", async () => {
    const ask = scene.client({ ttl: 60, keyCookies: ["lang"] });
    const of = async (cookie: string) => (await ask(withHeaders({ cookie }))).body;
    expect([await of("lang=de; s=1"), await of("lang=en"), await of("s=2; lang=de")]).toEqual([
      "body 1",
      "body 2",
      "body 1",
    ]);
  });
});

describe("the store", () => {
  it("that fails leaves requests to the Service", async () => {
    scene.store.broken = true;
    const ask = scene.client();
    expect(await ask()).toMatchObject({ body: "body 1" });
    expect(await ask()).toMatchObject({ body: "body 2" });
  });

  it("gets no response that breaks off", async () => {
    scene.answer = () =>
      new Response(
        new ReadableStream({
          start(controller) {
            controller.enqueue(new TextEncoder().encode("half"));
          },
          pull(controller) {
            controller.error(new Error("reset"));
          },
        }),
      );
    const ask = scene.client();
    await expect(ask()).rejects.toThrow("reset");
    await scene.settled();
    expect(scene.store.size).toBe(0);
  });

  it("gets none that is too large", async () => {
    scene.respond({ "content-length": String(11 * 1024 * 1024) });
    const ask = scene.client();
    expect((await ask()).cache).toBe("lintel; fwd=uri-miss");
    expect(scene.store.size).toBe(0);
  });
});
