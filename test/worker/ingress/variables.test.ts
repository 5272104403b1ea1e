import { expect, test } from "vitest";
import { compileTemplate } from "../../../worker/ingress/variables.ts";
import { exchangeOf } from "../support/exchange.ts";

const exchange = exchangeOf({
  url: "https://shop.test:8443/a//b%20c?q=1&r=x%20y",
  init: {
    method: "POST",
    headers: {
      authorization: "Basic YW5uOnNlY3JldDp4",
      cookie: "s=1; user=ann=x; user=bob",
      "x-tenant": "acme",
      host: "shop.test:8443",
    },
  },
  groups: ["/a", "A", undefined],
});

test.each([
  ["plain", "plain"],
  ["", ""],
  ["$host", "shop.test"],
  ["$http_host", "shop.test:8443"],
  ["$scheme://$host$redirect_port", "https://shop.test:8443"],
  ["${scheme}s", "httpss"],
  ["$request_uri", "/a//b%20c?q=1&r=x%20y"],
  ["$uri", "/a/b c"],
  ["$args$is_args", "q=1&r=x%20y?"],
  ["$arg_r|$arg_none|$arg_Q", "x%20y||1"],
  ["https://b.test$redirect_uri", "https://b.test/a//b%20c?q=1&r=x%20y"],
  ["$cookie_user", "ann=x"],
  ["$http_x_tenant", "acme"],
  ["$remote_user", "ann"],
  ["$remote_addr $request_method", "192.0.2.7 POST"],
  ["[$1][$2][$9]", "[A][][]"],
  ["$unknown costs $", " costs $"],
])("%s is %s", (text, expected) => {
  expect(compileTemplate(text)(exchange)).toBe(expected);
});

test.each([
  [`Basic ${btoa("ada:lovelace")}`, "ada"],
  [`basic ${btoa("ada")}`, ""],
  ["Basic ?", ""],
  ["Bearer x", ""],
])("$remote_user of %s is %j", (authorization, expected) => {
  const init = { headers: { authorization } };
  expect(compileTemplate("$remote_user")(exchangeOf({ init }))).toBe(expected);
});
