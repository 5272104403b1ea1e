import { beforeEach, describe, expect, it, test } from "vitest";
import type { ErrorPages } from "../../../../contract/index.ts";
import { errorPages } from "../../../../worker/ingress/filters/error-pages.ts";
import { TargetError } from "../../../../worker/ingress/target-fetch.ts";
import { SnapshotUnavailableError } from "../../../../worker/snapshot/errors.ts";
import { exchangeOf, type ExchangeInit, routeWith } from "../../support/exchange.ts";
import { FakePlatform } from "../../support/platform.ts";

let platform: FakePlatform;
beforeEach(() => {
  platform = new FakePlatform(() => new Response("page", { status: 418, headers: { "keep-alive": "x" } }));
});

const BACKEND = { service: "shop/pages", port: 8080 };

async function pass(
  original: Response,
  wanted: Partial<ErrorPages> = {},
  { answered = true, ...init }: ExchangeInit & { answered?: boolean } = {},
): Promise<Response> {
  const failed = { service: "web", port: "http" };
  const filters = { errorPages: { statuses: [404, 401, 503], backend: BACKEND, failed, ...wanted } };
  const route = routeWith(filters);
  const exchange = exchangeOf({ ...init, route });
  exchange.outgoing.answered = answered;
  return (await errorPages(platform)(filters, route)?.response?.(exchange, original)) ?? original;
}

describe("a response of a listed status", () => {
  it("becomes the default backend's, with its status", async () => {
    const page = await pass(new Response("original", { status: 404 }));
    expect([page.status, await page.text(), page.headers.get("server")]).toEqual([418, "page", "lintel"]);
    expect(page.headers.has("keep-alive")).toBe(false);
  });

  it("tells it of the request", async () => {
    const headers = {
      accept: "text/html",
      cookie: "a=1",
      "content-type": "text/plain",
      "if-none-match": "*",
      range: "bytes=0-1",
    };
    await pass(
      new Response(null, { status: 503 }),
      {},
      {
        url: "http://a.test:8080/x%20y?q=1",
        init: { method: "POST", body: "b", headers },
      },
    );
    const [asked] = platform.asked;
    expect(asked?.target).toMatchObject({ kind: "service", ...BACKEND, path: "/$is_args$args" });
    expect([asked?.request.method, asked?.request.host, asked?.body]).toEqual([
      "POST",
      "a.test:8080",
      undefined,
    ]);
    const told = Object.fromEntries(asked?.request.headers ?? []);
    expect(told).toMatchObject({
      "x-code": "503",
      "x-format": "text/html",
      "x-original-uri": "/x%20y?q=1",
      "x-namespace": "shop",
      "x-ingress-name": "web",
      "x-service-name": "web",
      "x-service-port": "http",
      "x-request-id": "id-1",
      cookie: "a=1",
      "x-real-ip": "192.0.2.7",
    });
    for (const name of ["content-type", "content-length", "if-none-match", "range"]) {
      expect(told).not.toHaveProperty(name);
    }
  });

  test.each<[string, () => never]>([
    [
      "cannot be asked",
      () => {
        throw new TargetError("no endpoint");
      },
    ],
    [
      "is not in a configuration that can be read",
      () => {
        throw new SnapshotUnavailableError("no shard");
      },
    ],
  ])("stays where the default backend %s", async (_, fails) => {
    platform.answer = fails;
    const original = await pass(new Response("original", { status: 404 }));
    expect([original.status, await original.text()]).toEqual([404, "original"]);
    expect(platform.logged).toEqual([expect.stringContaining("warn no error page")]);
  });

  it("keeps its challenge where the page is a 401 too", async () => {
    platform.answer = () => new Response("page", { status: 401 });
    const original = new Response(null, { status: 401, headers: { "www-authenticate": "Basic" } });
    expect((await pass(original)).headers.get("www-authenticate")).toBe("Basic");
  });

  it("that the page has as well leads to no other page", async () => {
    platform.answer = () => new Response("page", { status: 404 });
    expect((await pass(new Response(null, { status: 404 }))).status).toBe(404);
    expect(platform.asked.length).toBe(1);
  });

  it("is the edge's own page where there is no default backend", async () => {
    const page = await pass(new Response("secret trace", { status: 404 }), { backend: undefined });
    expect([page.status, await page.text()]).toEqual([404, expect.stringContaining("404 Not Found")]);
    const own = new Response("edge's", { status: 503 });
    expect(await pass(own, { backend: undefined }, { answered: false })).toBe(own);
  });
});

test.each([
  ["another status", 500, {}, true, false],
  ["an error of the edge", 503, {}, false, true],
  ["one of the Service, which is to be left alone", 503, { edgeOnly: true as const }, true, false],
  ["one of the edge, where the Service's are left alone", 503, { edgeOnly: true as const }, false, true],
])("%s", async (_, status, wanted, answered, isExchanged) => {
  const { status: found } = await pass(new Response(null, { status }), wanted, { answered });
  expect(found).toBe(isExchanged ? 418 : status);
});
