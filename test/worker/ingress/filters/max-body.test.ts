import { describe, expect, it } from "vitest";
import { maxBody } from "../../../../worker/ingress/filters/max-body.ts";
import { exchangeOf, routeWith } from "../../support/exchange.ts";

const step = maxBody({ maxBody: 4 }, routeWith());

describe("the largest body", () => {
  it.each([
    ["is accepted", "4", undefined],
    ["and one byte more is not", "5", 413],
  ])("that is announced %s", async (_, length, expected) => {
    const exchange = exchangeOf({ init: { method: "PUT", headers: { "content-length": length } } });
    const answer = await step?.request?.(exchange);
    expect(answer?.status).toBe(expected);
  });

  it.each([
    ["is forwarded", "1234", undefined],
    ["and one byte more breaks off", "12345", 413],
  ])("that streams %s", async (_, text, expected) => {
    const exchange = exchangeOf({ init: { method: "PUT", body: new Blob([text]).stream() } });
    expect(await step?.request?.(exchange)).toBeUndefined();
    const forwarded = new Response(exchange.outgoing.body).text();
    if (expected === undefined) expect(await forwarded).toBe(text);
    else await expect(forwarded).rejects.toThrow("larger than 4 bytes");
    expect(exchange.outgoing.failure?.status).toBe(expected);
    expect(exchange.outgoing.signal?.aborted).toBe(expected !== undefined);
  });
});
