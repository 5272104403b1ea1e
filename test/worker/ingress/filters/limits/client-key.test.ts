import { expect, test } from "vitest";
import { clientKey } from "../../../../../worker/ingress/filters/limits/client-key.ts";
import { exchangeOf } from "../../../support/exchange.ts";

const byHeader = clientKey({ header: "x-tenant" });
const tenant = (value: string) => byHeader(exchangeOf({ init: { headers: { "x-tenant": value } } }));

test("a client is its address", () => {
  const exchange = exchangeOf({ init: { headers: { "x-tenant": "a" } } });
  expect(clientKey("address")(exchange)).toBe("192.0.2.7");
});

test("or the value of a header", () => {
  expect(tenant("a")).not.toBe(tenant("b"));
  expect(tenant("a")).toBe(tenant("a"));
});

test.each([[{}], [{ "x-tenant": "" }]])("but its address where the header says nothing: %o", (headers) => {
  expect(byHeader(exchangeOf({ init: { headers } }))).toBe("192.0.2.7");
});

test("whose value cannot pass for an address", () => {
  expect(tenant("192.0.2.7")).not.toBe("192.0.2.7");
});

test("and takes little room, however long it is", () => {
  const long = "x".repeat(8_000);
  expect(tenant(long).length).toBeLessThan(120);
  expect(new Set([`${long}aa`, `${long}ab`, `${long}ba`, `${long}bbb`].map(tenant)).size).toBe(4);
});
