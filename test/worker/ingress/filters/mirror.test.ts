import { describe, expect, it, test } from "vitest";
import type { Mirror } from "../../../../contract/index.ts";
import type { RequestStep } from "../../../../worker/ingress/filters/filter.ts";
import { mirror } from "../../../../worker/ingress/filters/mirror.ts";
import { TargetError } from "../../../../worker/ingress/target-fetch.ts";
import { exchangeOf, type ExchangeInit, routeWith } from "../../support/exchange.ts";
import { FakePlatform } from "../../support/platform.ts";

const target = {
  kind: "service",
  service: "shop/copy",
  port: 80,
  scheme: "http",
  host: "copy",
  path: "$request_uri",
} as const;

function stepOf(platform: FakePlatform, more: Partial<Mirror> = {}): RequestStep {
  const filters = { mirror: { target, body: true, ...more } };
  const step = mirror(platform)(filters, routeWith(filters))?.request;
  if (step === undefined) throw new Error("there is no mirror");
  return step;
}

/** Sends a request on as the proxy would, and says what the upstream got of its body. */
async function send(step: RequestStep, init: ExchangeInit): Promise<string | undefined> {
  const exchange = exchangeOf(init);
  expect(await step(exchange)).toBeUndefined();
  const { body } = exchange.outgoing;
  return body === null ? undefined : new Response(body).text();
}

const posting = (body: BodyInit, headers: Record<string, string> = {}): ExchangeInit => ({
  init: { method: "POST", body, headers },
});

function streamOf(...chunks: readonly string[]): ReadableStream<Uint8Array> {
  return new Blob([...chunks]).stream() as ReadableStream<Uint8Array>;
}

it("is no filter for a route without a mirror", () => {
  expect(mirror(new FakePlatform())({}, routeWith())).toBeUndefined();
});

describe("a copy", () => {
  it("has the request's method and the headers that the upstream gets", async () => {
    const platform = new FakePlatform();
    await send(stepOf(platform), { init: { method: "DELETE", headers: { cookie: "a=1" } } });
    const [asked] = platform.asked;
    expect(asked).toMatchObject({ target, body: undefined, request: { method: "DELETE", host: undefined } });
    const headers = asked?.request.headers;
    expect([headers?.get("cookie"), headers?.get("x-real-ip"), headers?.get("host")]).toEqual([
      "a=1",
      "192.0.2.7",
      null,
    ]);
  });

  it("is not changed by what later filters do to the headers", async () => {
    const platform = new FakePlatform();
    const exchange = exchangeOf({});
    await stepOf(platform)(exchange);
    exchange.outgoing.headers.set("lintel-secret", "s");
    expect(platform.asked[0]?.request.headers.has("lintel-secret")).toBe(false);
  });

  it("may bear another host", async () => {
    const platform = new FakePlatform();
    await send(stepOf(platform, { host: "$host.copy" }), {});
    expect(platform.asked[0]?.request.host).toBe("a.test.copy");
  });

  test.each<[string, ExchangeInit]>([
    ["of a known length", posting("abc", { "content-length": "3" })],
    ["of an unknown length", posting(streamOf("a", "bc"))],
  ])("has a body %s, once that has passed", async (_, init) => {
    const platform = new FakePlatform();
    const step = stepOf(platform);
    const exchange = exchangeOf(init);
    await step(exchange);
    expect(platform.asked).toEqual([]);
    expect(await new Response(exchange.outgoing.body).text()).toBe("abc");
    await platform.settled();
    expect(platform.asked.map(({ body }) => body)).toEqual(["abc"]);
  });

  it("leaves the body out where it is told to", async () => {
    const platform = new FakePlatform();
    expect(await send(stepOf(platform, { body: false }), posting("abc", { "content-length": "3" }))).toBe(
      "abc",
    );
    expect(platform.asked).toMatchObject([{ body: undefined }]);
    expect(platform.asked[0]?.request.headers.has("content-length")).toBe(false);
  });
});

describe("there is no copy", () => {
  const large = "x".repeat(256 * 1024 + 1);
  test.each<[string, ExchangeInit, string | undefined]>([
    ["of a large body", posting(large, { "content-length": String(large.length) }), large],
    ["of a body that turns out large", posting(streamOf(large)), large],
    ["of a WebSocket", { init: { headers: { upgrade: "websocket" } } }, undefined],
  ])("%s", async (_, init, expected) => {
    const platform = new FakePlatform();
    expect(await send(stepOf(platform), init)).toBe(expected);
    await platform.settled();
    expect(platform.asked).toEqual([]);
  });

  it("of a body that breaks off", async () => {
    const platform = new FakePlatform();
    const exchange = exchangeOf(posting(streamOf("abc")));
    await stepOf(platform)(exchange);
    await exchange.outgoing.body?.cancel();
    await platform.settled();
    expect(platform.asked).toEqual([]);
  });

  it("while too many are on their way, until these have had their time", async () => {
    const platform = new FakePlatform(() => new Promise<never>(() => undefined));
    const step = stepOf(platform);
    for (let i = 0; i < 65; i++) await send(step, {});
    expect(platform.asked).toHaveLength(64);
    platform.time += 10_000;
    await send(step, {});
    expect(platform.asked).toHaveLength(65);
  });

  it("any more than there is room, which those that have ended leave", async () => {
    const platform = new FakePlatform();
    const step = stepOf(platform);
    for (let i = 0; i < 64; i++) await send(step, {});
    await platform.settled();
    await send(step, {});
    expect(platform.asked).toHaveLength(65);
  });
});

it("that fails is the log's to know, now and then", async () => {
  const platform = new FakePlatform(() => {
    throw new TargetError("down");
  });
  const step = stepOf(platform);
  await send(step, {});
  await send(step, {});
  platform.time += 60_000;
  await send(step, {});
  await platform.settled();
  expect(platform.logged).toEqual(Array(2).fill("warn mirror-target failed TargetError: down"));
});
