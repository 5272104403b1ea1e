import { expect, test } from "vitest";
import { accessLogOf, readable } from "../../cli/access-log.ts";

const LINE = {
  time: "2026-09-21T14:13:20.000Z",
  client: "192.0.2.7",
  method: "GET",
  host: "shop.test",
  path: "/cart",
  status: 200,
  totalMs: 12,
  tries: 1,
  ingress: "shop/web",
  endpoint: "10.0.0.1:8080",
};

test.each([
  ["a request", {}, "shop/web → 10.0.0.1:8080"],
  ["one that was tried again", { tries: 2 }, "shop/web → 10.0.0.1:8080 (2 tries)"],
  ["one that the cache answered", { tries: 0, endpoint: undefined, cache: "hit" }, "shop/web cache hit"],
  ["one that failed", { fault: "dial" }, "shop/web → 10.0.0.1:8080 dial"],
  ["one that was refused", { endpoint: undefined, limit: "rate" }, "shop/web limit rate"],
])("for people, a line is short: %s", (_, given, told) => {
  expect(readable(`${JSON.stringify({ ...LINE, ...given })}\n`)).toBe(
    `[14:13:20] 192.0.2.7 GET shop.test/cart 200 12 ms ${told}\n`,
  );
});

test("several lines stay several", () => {
  const line = JSON.stringify({ ...LINE, ingress: undefined, endpoint: undefined });
  const short = "[14:13:20] 192.0.2.7 GET shop.test/cart 200 12 ms\n";
  expect(readable(`${line}\n${line}\n`)).toBe(short + short);
});

test.each([
  ["info", "on", "on"],
  ["debug", "0.5", "0.5"],
  ["info", "off", "off"],
  ["warn", "on", "off"],
  ["silent", "on", "off"],
] as const)("with --log-level %s, --access-log %s is %s", (logLevel, accessLog, expected) => {
  expect(accessLogOf({ logLevel, accessLog }).accessLog).toBe(expected);
});
