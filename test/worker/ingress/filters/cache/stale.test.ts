import { beforeEach, describe, expect, it, test } from "vitest";
import type { Outcome } from "../../../../../worker/ingress/filters/filter.ts";
import { exchangeOf, routeWith } from "../../../support/exchange.ts";
import { Scene } from "./scene.ts";

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
});

describe("what is stale", () => {
  const modified = { etag: '"a"', "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT" };

  it("is validated, and lives on with what the Service says of it now", async () => {
    scene.respond({ ...modified, "cache-control": "max-age=10", "x-n": "1" });
    const ask = scene.client();
    await ask();
    scene.now += 11_000;
    scene.answer = () =>
      new Response(null, { status: 304, headers: { "cache-control": "max-age=20", "x-n": "2" } });
    const confirmed = await ask();
    expect(scene.reached[1]?.headers.get("if-none-match")).toBe('"a"');
    expect(scene.reached[1]?.headers.get("if-modified-since")).toBe(modified["last-modified"]);
    expect(confirmed).toMatchObject({
      status: 200,
      body: "body 1",
      cache: "lintel; fwd=stale; fwd-status=304; stored",
    });
    expect(confirmed.headers.get("x-n")).toBe("2");
    scene.now += 19_000;
    expect((await ask()).cache).toBe("lintel; hit; ttl=1");
  });

  it("is validated each time where the Service asks for it", async () => {
    scene.respond({ ...modified, "cache-control": "no-cache" });
    const ask = scene.client({ staleWhileRevalidate: 60 });
    await ask();
    scene.answer = () => new Response(null, { status: 304 });
    for (let i = 0; i < 2; i++) expect((await ask()).body).toBe("body 1");
    expect(scene.reached.length).toBe(3);
  });

  it("is served while one request fetches another (RFC 5861)", async () => {
    scene.respond({ "cache-control": "max-age=10" });
    const ask = scene.client({ staleWhileRevalidate: 30 });
    await ask();
    scene.now += 20_000;
    expect(await ask()).toMatchObject({ body: "body 1", cache: "lintel; hit; ttl=-10" });
    expect(scene.reached.length).toBe(2);
    expect(await ask()).toMatchObject({ body: "body 2", cache: "lintel; hit; ttl=10" });
  });

  it("is fetched by no more than one request at a time", async () => {
    scene.respond({ "cache-control": "max-age=10" });
    const filters = { cache: { staleWhileRevalidate: 30 } };
    const route = routeWith(filters);
    const step = scene.step(filters);
    const ask = async () => {
      const outcome = await step?.request?.(exchangeOf({ route }));
      if (outcome instanceof Response) await outcome.text();
    };
    await ask();
    await scene.settled();
    scene.now += 20_000;
    for (let i = 0; i < 5; i++) await ask();
    await scene.settled();
    expect(scene.reached.length).toBe(2);
  });

  test.each([
    ["too old", "max-age=10", 41],
    ["forbidden to be served", "max-age=10, must-revalidate", 20],
    ["of shared caches alone", "s-maxage=10", 20],
  ])("is not served when it is %s", async (_, control, seconds) => {
    scene.respond({ "cache-control": control });
    const ask = scene.client({ staleWhileRevalidate: 30 });
    await ask();
    scene.now += seconds * 1_000;
    expect((await ask()).body).toBe("body 2");
  });

  test.each<[string, () => Outcome]>([
    ["answers with 503", () => new Response(null, { status: 503 })],
    ["cannot be reached", () => ({ status: 502, detail: "" })],
    [
      "is behind a gateway that is gone",
      () => {
        throw new Error("no gateway");
      },
    ],
  ])("is served where the Service %s, as the route says", async (_, failure) => {
    scene.respond({ "cache-control": "max-age=10" });
    const ask = scene.client({ staleIfError: 60 });
    await ask();
    scene.now += 20_000;
    scene.answer = failure;
    expect(await ask()).toMatchObject({ status: 200, body: "body 1", cache: "lintel; hit; ttl=-10" });
    scene.now += 60_000;
    const late = ask().then(
      ({ status }) => status,
      () => 500,
    );
    expect(await late).toBeGreaterThanOrEqual(500);
  });
});
