/**
 * A real nginx, configured by hand as ingress-nginx would have configured it for the same Ingresses, gets the requests
 * that the edge gets: which location serves them, what the upstream receives, where redirects lead.
 */
import fc from "fast-check";
import { beforeAll, describe, expect, it, test } from "vitest";
import { Edge } from "./nginx/edge.ts";
import { findNginx, Nginx, type Outcome } from "./nginx/server.ts";
import { runs } from "../worker/support/runs.ts";

const HOSTS = [
  "plain.test",
  "rootless.test",
  "regex.test",
  "rewrite.test",
  "vain.test",
  "redirect.test",
  "root.test",
  "https.test",
  "https-slash.test",
  "bare.test",
  "www.bare.test",
  "nobody.test",
] as const;

const UNSAFE = /["<>\\^`{|}]/g;

/**
 * Where the edge and nginx are known, and meant, to differ: at the edge it is the form in which a Worker sees URLs (the URL
 * standard's) that is matched, forwarded and redirected to.
 */
const DIFFERENCES = {
  /** Dot segments are resolved before the Worker runs; nginx passes them on, and matches what they resolve to. */
  hasDots: (target: string) => /(?:^|\/)(?:\.|%2e){1,2}(?=[/?]|$)/i.test(target.split("?")[0] ?? ""),
  /** Characters that no URL holds as they are; the edge's listener percent-encodes them. */
  hasUnsafe: (target: string) => target.search(UNSAFE) >= 0,
  /** A climb above the root is cut off at the root by the URL standard. nginx refuses it. */
  isClimb: (target: string, theirs: Outcome) => DIFFERENCES.hasDots(target) && theirs.status === 400,
  /** nginx decodes an encoded question mark when a rewrite redirects, and what follows it becomes a query. */
  isRedirectedMark: (target: string, theirs: Outcome) => theirs.status === 302 && /%3f/i.test(target),
  /** For the URL standard `..` takes back an empty element, or one with an encoded slash, as one; for nginx it does not. */
  isOtherElement: (target: string) => DIFFERENCES.hasDots(target) && /\/\/|%2f/i.test(target),
};

function asUrl(text: string): string {
  const encoded = text.replaceAll(UNSAFE, (char) => encodeURIComponent(char));
  const { href, origin } = new URL(text.startsWith("/") ? `http://a.test${encoded}` : encoded);
  return text.startsWith("/") ? href.slice(origin.length) : href;
}

function inUrlForm(outcome: Outcome): Outcome {
  const { location, upstream } = outcome;
  return {
    ...outcome,
    // Whether it ends with a slash may be another matter once dots are gone.
    ...(location !== undefined && { location: asUrl(location).replace(/\/$/, "") }),
    ...(upstream !== undefined && { upstream: asUrl(upstream) }),
  };
}

const program = findNginx();

// Who has no nginx may do without; the checks that guard a change may not.
describe.skipIf(program === undefined && process.env["CI"] === undefined)("beside nginx", () => {
  let nginx: Nginx;
  let edge: Edge;

  beforeAll(async () => {
    if (program === undefined) throw new Error("nginx is missing (Debian: apt-get install nginx-light)");
    edge = await Edge.start();
    nginx = await Nginx.start(program);
    return () => nginx.stop();
  });

  async function expectSame(host: string, target: string): Promise<Outcome> {
    const [theirs, ours] = await Promise.all([nginx.ask(host, target), edge.ask(host, target)]);
    const { isClimb, isOtherElement, isRedirectedMark } = DIFFERENCES;
    if (isClimb(target, theirs) || isOtherElement(target) || isRedirectedMark(target, theirs)) return theirs;
    const isLoose = DIFFERENCES.hasDots(target) || DIFFERENCES.hasUnsafe(target);
    const [expected, found] = isLoose ? [inUrlForm(theirs), inUrlForm(ours)] : [theirs, ours];
    expect(found, `${host} ${target}`).toEqual(expected);
    return theirs;
  }

  const served = (route: string, upstream: string) => ({ status: 200, route, upstream });
  const sent = (status: number, location: string) => ({ status, location });

  test.each<[string, string, Outcome]>([
    ["plain.test", "/foo", served("plain /foo", "/foo")],
    ["plain.test", "/foo/", served("plain /foo", "/foo/")],
    ["plain.test", "/foobar", served("plain /", "/foobar")],
    ["plain.test", "/FOO", served("plain /", "/FOO")],
    ["plain.test", "//foo//x", served("plain /foo", "//foo//x")],
    ["plain.test", "/foo/bar", served("plain =/foo/bar", "/foo/bar")],
    ["plain.test", "/foo%2Fbar", served("plain =/foo/bar", "/foo%2Fbar")],
    ["plain.test", "/foo/bar/", served("plain /foo/bar", "/foo/bar/")],
    ["plain.test", "/foo/a%20b?q=a%20b&r", served("plain /foo/a b", "/foo/a%20b?q=a%20b&r")],
    ["plain.test", "/foo?", served("plain /foo", "/foo?")],
    ["plain.test", "/any/x;y=1", served("plain /any", "/any/x;y=1")],
    ["plain.test", "/anything", served("plain /", "/anything")],
    ["plain.test", "/%66oo/%C3%A4%ff", served("plain /foo", "/%66oo/%C3%A4%ff")],
    ["plain.test", "/foo/../any", served("plain /any", "/foo/../any")],
    ["plain.test", "/a%00b", { status: 400 }],
    ["plain.test", "/a%2", { status: 400 }],
    ["rootless.test", "/", { status: 404 }],
    ["rootless.test", "/foo/bar/", served("rootless /foo", "/foo/bar/")],
    ["nobody.test", "/", { status: 404 }],
    ["regex.test", "/foo/bar/bar", served("regex /foo/bar/[A-Z0-9]{3}", "/foo/bar/bar")],
    ["regex.test", "/foo/bar/b", served("regex-shared /foo", "/foo/bar/b")],
    ["regex.test", "/FOOD", served("regex-shared /foo", "/FOOD")],
    ["regex.test", "/a/x/y/b", served("regex /a/.*/b", "/a/x/y/b")],
    ["regex.test", "/x/BAR", served("regex /(?!foo|a)[^/]+/(bar|baz)", "/x/BAR")],
    ["regex.test", "/a/bar", { status: 404 }],
    ["regex.test", "/x/foo/bar/bar", { status: 404 }],
    ["rewrite.test", "/foo", served("rewrite /foo(/|)(.*)", "/new/")],
    ["rewrite.test", "/foo/x/y?q=1", served("rewrite /foo(/|)(.*)", "/new/x/y?q=1")],
    ["rewrite.test", "/Foo/a%20b%3Fc%25", served("rewrite /foo(/|)(.*)", "/new/a%20b%3Fc%25")],
    ["rewrite.test", "/foo/%5B[]'~!*()&=+:@;,", served("rewrite /foo(/|)(.*)", "/new/[[]'~!*()&=+:@;,")],
    ["rewrite.test", "/foo/%e4/%C3%A4", served("rewrite /foo(/|)(.*)", "/new/%E4/%C3%A4")],
    ["rewrite.test", "/foobar", { status: 404 }],
    ["rewrite.test", "/a/b?q=1", served("rewrite-query /a/([^/]*)", "/b?from=foo&q=1")],
    ["rewrite.test", "/bar/x?q=1", served("rewrite-bare /bar/(.*)", "/x")],
    ["rewrite.test", "/any/x/y?q=1", sent(302, "https://other.test/x/y?q=1")],
    ["vain.test", "/x/y", served("rewrite-vain /", "/x/y")],
    ["redirect.test", "/foo/x?q=1", sent(301, "https://other.test/foo/x?q=1")],
    ["redirect.test", "/a?q=a%20b", sent(307, "https://other.test/fixed?was=a%20b")],
    ["redirect.test", "/bar/x", sent(301, "http://redirect.test/new-location")],
    ["root.test", "/?q=1", sent(302, "http://root.test/app")],
    ["root.test", "//", sent(302, "http://root.test/app")],
    ["root.test", "/app", served("root /", "/app")],
    ["https.test", "/", sent(308, "https://https.test")],
    ["https.test", "/x/?q=/", sent(308, "https://https.test/x/?q=")],
    ["https-slash.test", "/x/", sent(308, "https://https-slash.test/x/")],
    ["bare.test", "/x", served("www /", "/x")],
    ["www.bare.test", "/x/", sent(308, "http://bare.test/x")],
  ])("%s %s", async (host, target, expected) => {
    expect(await expectSame(host, target)).toEqual(expected);
  });

  const segment = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom("foo", "bar", "baz", "any", "a", "b", "FOO", "Bar", "") },
    { weight: 2, arbitrary: fc.constantFrom(".", "..", "%2e", "%2E.", "...", "%66oo", "%2F", "foo%2Fbar") },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        "%",
        "%2",
        "%00",
        "%0a",
        "%20",
        "%3F",
        "%23",
        "%25",
        "%C3%A4",
        "%e4",
        "%ff%C3",
        "%26%2B",
      ),
    },
    {
      weight: 1,
      arbitrary: fc.stringMatching(/^[aB0\-._~!$&'()*+,;=:@[\]"<>^`{|}\\]{0,5}$/),
    },
  );
  const query = fc.constantFrom("", "", "?", "?q=1", "?q=a%20b&r=/", "?a=?b&%", "?x=%2F../..");
  const target = fc
    .tuple(fc.array(segment, { maxLength: 5 }), fc.boolean(), query)
    .map(([segments, isFolder, query]) => `/${segments.join("/")}${isFolder ? "/" : ""}${query}`);

  it("says the same of any path", async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...HOSTS), target, async (host, target) => {
        await expectSame(host, target);
      }),
      { numRuns: runs(1500) },
    );
  });
});
