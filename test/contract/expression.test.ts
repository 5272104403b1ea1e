import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { escapeExpression, Expression, ExpressionError, pathExpression } from "../../contract/expression.ts";

function groupsOf(value: string, path: string): readonly (string | undefined)[] | undefined {
  const groups = pathExpression(value).groups(path);
  return groups && [...groups];
}

describe("what ingress-nginx's users write", () => {
  test.each<[string, string, readonly (string | undefined)[] | undefined]>([
    ["/something(/|$)(.*)", "/something", ["/something", "", ""]],
    ["/something(/|$)(.*)", "/something/new", ["/something/new", "/", "new"]],
    ["/something(/|$)(.*)", "/somethingelse", undefined],
    ["/api/v[0-9]+/.*", "/API/v12/users", ["/API/v12/users"]],
    ["/api/v[0-9]+/.*", "/api/v/users", undefined],
    ["/(.*)", "/a/b", ["/a/b", "a/b"]],
    ["/foo/bar/[A-Z0-9]{3}", "/foo/bar/bar", ["/foo/bar/bar"]],
    ["/foo/bar/[A-Z0-9]{3}", "/foo/bar/ba", undefined],
    ["/a.*b.*c", "/a-b-c-d", ["/a-b-c"]],
    ["/users/(\\d+)/(?:posts|photos)/([^/]+)$", "/users/7/photos/x", ["/users/7/photos/x", "7", "x"]],
    ["/(en|de)?/?(.*)", "/de/home", ["/de/home", "de", "home"]],
    ["/x(y)?z", "/xz", ["/xz", undefined]],
    ["/[[:alpha:]]+/[]x]", "/abc/]", ["/abc/]"]],
    ["/(?P<id>\\w+)-(?<rest>.*)", "/a-b", ["/a-b", "a", "b"]],
    ["/(?i)foo\\/\\-bar\\Z", "/FOO/-bar", ["/FOO/-bar"]],
    ["/foo|/bar", "/x/bar", ["/bar"]],
    ["/{a}{2,}", "/{a}}", ["/{a}}"]],
  ])("%s on %s", (value, path, expected) => {
    expect(groupsOf(value, path)).toEqual(expected);
    expect(pathExpression(value).test(path)).toBe(expected !== undefined);
  });
});

describe("a lookahead behind plain text", () => {
  test.each<[string, string, readonly (string | undefined)[] | undefined]>([
    ["/(?!api)(.*)", "/shop", ["/shop", "shop"]],
    ["/(?!api)(.*)", "/API/x", undefined],
    ["/((?!api|health(z)?$).*)", "/healthz", undefined],
    ["/((?!api|health(z)?$).*)", "/healthy", ["/healthy", "healthy", ""]],
    ["/api/(?=v1/|v2/)(?!v1/old)(.*)", "/api/v1/new", ["/api/v1/new", "v1/new"]],
    ["/api/(?=v1/|v2/)(?!v1/old)(.*)", "/api/v1/old", undefined],
    ["/api/(?=v1/|v2/)(?!v1/old)(.*)", "/api/v3/new", undefined],
    ["/foo\\.bar(?=/|$)(.*)", "/foo.bar/x", ["/foo.bar/x", "/x"]],
    ["/a(?!b(?!c))(.*)", "/abd", undefined],
    ["/a(?!b(?!c))(.*)", "/abc", ["/abc", "bc"]],
  ])("%s on %s", (value, path, expected) => {
    expect(groupsOf(value, path)).toEqual(expected);
  });

  it("means what a backtracking engine makes of it", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "/"), maxLength: 6 });
    const part = fc.constantFrom("a", "b", "(a|b)", "a*", ".", "[ab]?", "(b)+", "/", "$", "a|b");
    const parts = fc.array(part, { maxLength: 3 }).map((all) => all.join(""));
    const lookahead = fc.tuple(fc.constantFrom("!", "="), parts).map(([kind, inner]) => `(?${kind}${inner})`);
    const piece = fc.oneof(lookahead, part, fc.constantFrom("(", ")", ")?", "(?:", "|"));
    const expression = fc.array(piece, { maxLength: 6 }).map((pieces) => `/${pieces.join("")}`);
    let accepted = 0;
    fc.assert(
      fc.property(expression, text, (value, rest) => {
        const ours = attempt(() => pathExpression(value));
        if (ours === undefined || hasOptionalEmptyGroup(value)) return;
        if (/\(\?[=!]/.test(value)) accepted += 1;
        const theirs = new RegExp(`^${value}`, "i").exec(`/${rest}`);
        const expected = theirs && Array.from(theirs, (group: string | undefined) => group ?? "");
        expect(ours.groups(`/${rest}`)?.map((group) => group ?? "") ?? null).toEqual(expected);
      }),
      { numRuns: 3000 },
    );
    expect(accepted).toBeGreaterThan(100);
  });
});

/** For groups that may be there and may be empty, JavaScript alone has a rule of its own. */
function hasOptionalEmptyGroup(value: string): boolean {
  if (/\)[^(]*\)\?/.test(value)) return true;
  return [...value.matchAll(/\((?:\?:)?([^()]*)\)\?/g)].some(([, inner]) =>
    new RegExp(`^(?:${inner})$`).test(""),
  );
}

function attempt(make: () => Expression): Expression | undefined {
  try {
    return make();
  } catch (error) {
    expect(error).toBeInstanceOf(ExpressionError);
    return undefined;
  }
}

describe("what is refused", () => {
  test.each([
    ["/(a", "is no regular expression"],
    ["/a**", "is no regular expression"],
    ["/[z-a]", "is no regular expression"],
    ["/(a)\\1", "has a reference back to a group, which cannot be matched in bounded time"],
    ["/(?>a+)b", "has an atomic group or a possessive quantifier"],
    ["/a++b", "has an atomic group or a possessive quantifier"],
    ["/.*(?!x)", "has a lookaround behind something that is not plain text"],
    ["/((?!x).)*", "has a lookaround behind something that is not plain text"],
    ["/((?!x)a|b)", "has a lookaround behind something that is not plain text"],
    ["/a(?!x)|/b", "has a lookaround behind something that is not plain text"],
    ["/(?=(a))b", "has a lookaround behind something that is not plain text"],
    ["/(?<=x)y", "has a lookaround behind something that is not plain text"],
    ["/(x{1,100}){1,100}", "is too large a regular expression"],
    ["/(?:a{1000}){1000}", "is too large a regular expression"],
    ["/a{500}b{501}", "is too large a regular expression"],
    [`/${"a".repeat(8192)}`, "is too large a regular expression"],
    [`/x${"(?!a)".repeat(33)}`, "is too large a regular expression"],
    [`/x${`(?!${"[a-z]".repeat(200)})`.repeat(8)}`, "is too large a regular expression"],
  ])("%s %s", (value, problem) => {
    expect(() => pathExpression(value)).toThrow(problem);
    expect(() => pathExpression(value)).toThrow(ExpressionError);
  });
});

describe("an expression that keeps backtracking engines busy", () => {
  const long = `/${"a".repeat(8000)}!`;
  test.each([
    "/(a+)+$",
    "/(a|a)*$",
    "/(a|aa)+$",
    "/([a-zA-Z]+)*$",
    "/(.*a){20}$",
    "/(a*)*b",
    "/(x+x+)+y",
    "/.*.*.*.*=.*$",
    "/(([a-z])+.)+[A-Z]([a-z])+$",
    "/(?:a?){100}a{100}$",
    "/(?!(a+)+$)(a|aa)+$",
  ])("%s is done with a long path soon", (value) => {
    const expression = pathExpression(value);
    const started = performance.now();
    expression.groups(long);
    expression.groups(long.slice(0, -1));
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

it("escaped, matches a text as it stands", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (text, other) => {
      const expression = new Expression(`${escapeExpression(text)}$`, { ignoreCase: false, atStart: true });
      expect(expression.test(text)).toBe(true);
      expect(expression.test(other)).toBe(text === other);
    }),
  );
});
