import { expect, test } from "vitest";
import { forwardedPrefix, upstreamHost } from "../../../../worker/ingress/filters/outgoing-headers.ts";
import { exchangeOf, routeWith } from "../../support/exchange.ts";

test.each<[string, string, string | number]>([
  ["internal.test:8080", "x", "internal.test:8080"],
  ["$1.internal.test", "acme", "acme.internal.test"],
  ["$1.internal.test", "a b", 400],
  ["$1.internal.test", "a\r\nx-evil: 1", 400],
  ["$1.internal.test", "\u2603", 400],
  ["$1", "", 400],
])("upstream-vhost %s with %j is %s", async (wanted, group, expected) => {
  const exchange = exchangeOf({ groups: ["", group] });
  const answer = await upstreamHost({ upstreamHost: wanted }, routeWith())?.request?.(exchange);
  expect(answer?.status ?? exchange.outgoing.host).toBe(expected);
});

test("x-forwarded-prefix holds what a header can", async () => {
  const exchange = exchangeOf({ groups: ["", "a\n\u2603"] });
  await forwardedPrefix({ forwardedPrefix: "/$1" }, routeWith())?.request?.(exchange);
  expect(exchange.outgoing.headers.get("x-forwarded-prefix")).toBe("/a%0A%E2%98%83");
});
