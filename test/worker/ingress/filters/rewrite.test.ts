import { expect, test } from "vitest";
import { rewrite } from "../../../../worker/ingress/filters/rewrite.ts";
import { normalisePath } from "../../../../worker/ingress/path.ts";
import { exchangeOf, routeWith } from "../../support/exchange.ts";

/** What is forwarded when `path` (a regular expression) matched; or the redirect. */
async function rewritten(target: string, path: RegExp, url: string): Promise<string> {
  const groups = path.exec(normalisePath(new URL(url).pathname) ?? "") ?? [];
  const exchange = exchangeOf({ url, groups });
  const answer = await rewrite({ rewrite: target }, routeWith())?.request?.(exchange);
  return answer instanceof Response
    ? `${answer.status} ${answer.headers.get("location")}`
    : exchange.outgoing.target;
}

test.each<[string, string, RegExp, string, string]>([
  ["a fixed path", "/", /^\/app/, "http://a.test/app/x?q=1", "/?q=1"],
  ["a group", "/$2", /^\/something(\/|$)(.*)/, "http://a.test/something/new", "/new"],
  ["a group that is empty", "/$2", /^\/something(\/|$)(.*)/, "http://a.test/something", "/"],
  ["a group that did not take part", "/x$3", /^\/a(b)?(c)?(d)?/, "http://a.test/a", "/x"],
  ["a query of the target comes first", "/?a=1", /^\//, "http://a.test/?b=2", "/?a=1&b=2"],
  ["what was encoded is encoded again", "/$1", /^\/x\/(.*)/, "http://a.test/x/a%20b%3Fc", "/a%20b%3Fc"],
  [
    "bytes that are no UTF-8 stay what they are",
    "/$1",
    /^\/x\/(.*)/,
    "http://a.test/x/%e4%C3%A4",
    "/%E4%C3%A4",
  ],
  ["what URLs may hold stays as it is", "/$1", /^\/x\/(.*)/, "http://a.test/x/[a]+~'", "/[a]+~'"],
  ["a question mark at its end drops the query", "/$1?", /^\/x\/(.*)/, "http://a.test/x/y?q=1", "/y"],
  ["a target without a slash gets one", "$1", /^\/x\/(.*)/, "http://a.test/x/y", "/y"],
  ["a URL redirects", "https://b.test/$1", /^\/x\/(.*)/, "http://a.test/x/y?q=1", "302 https://b.test/y?q=1"],
])("%s", async (_, target, path, url, expected) => {
  expect(await rewritten(target, path, url)).toBe(expected);
});
