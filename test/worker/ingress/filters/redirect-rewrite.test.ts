import { expect, it, test } from "vitest";
import { redirectRewrite } from "../../../../worker/ingress/filters/redirect-rewrite.ts";
import { exchangeOf, routeWith } from "../../support/exchange.ts";

function rewrite(
  from: string,
  to: string,
  headers: Record<string, string>,
  answered = true,
): Record<string, string> {
  const filters = { redirectRewrite: { from, to } };
  const exchange = exchangeOf({ url: "https://a.test/x" });
  exchange.outgoing.answered = answered;
  const response = new Response(null, { headers });
  void redirectRewrite(filters, routeWith(filters))?.response?.(exchange, response);
  return Object.fromEntries(response.headers);
}

test.each<[string, string, string, string]>([
  ["http://in.test/", "https://a.test/", "http://in.test/y?q", "https://a.test/y?q"],
  ["http://in.test", "", "http://in.test/y", "/y"],
  ["/", "/app/", "/login", "/app/login"],
  ["http://in.test/", "$scheme://$host/", "http://in.test/y", "https://a.test/y"],
  ["http://$host/", "https://$host/", "http://a.test/y", "https://a.test/y"],
  ["http://in.test/", "/", "http://other.test/y", "http://other.test/y"],
  ["http://IN.test/", "/", "http://in.test/y", "http://in.test/y"],
])("%s to %s: Location %s becomes %s", (from, to, location, rewritten) => {
  expect(rewrite(from, to, { location })).toEqual({ location: rewritten });
});

test.each<[string, string]>([
  ["5; url=http://in.test/y", "5; url=/y"],
  ["0;URL=http://in.test/", "0;URL=/"],
  ["5", "5"],
  ["5; url=", "5; url="],
  ["5; url=http://other.test/", "5; url=http://other.test/"],
])("Refresh %s becomes %s", (refresh, rewritten) => {
  expect(rewrite("http://in.test/", "/", { refresh })).toEqual({ refresh: rewritten });
});

it("leaves the edge's own redirects alone, and responses without one", () => {
  expect(rewrite("/", "/app/", { location: "/x" }, false)).toEqual({ location: "/x" });
  expect(rewrite("/", "/app/", { etag: "a" })).toEqual({ etag: "a" });
  expect(redirectRewrite({}, routeWith())).toBeUndefined();
});
