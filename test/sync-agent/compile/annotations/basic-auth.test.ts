import { describe, expect, it, test } from "vitest";
import { type Context, filtersOf, read, warningsOf } from "../support/annotations.ts";
import { clusterState, secret } from "../support/objects.ts";

const HASH = "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=";

const context: Context = {
  secrets: clusterState({
    Secret: [
      secret("shop/users", { auth: `alice:${HASH}\nbob:hunter2\n` }, "Opaque"),
      secret("shop/map", { alice: HASH, bob: "hunter2" }, "Opaque"),
      secret("shop/nobody", { auth: "# nobody\n" }, "Opaque"),
      secret("shop/clear", { auth: "bob:hunter2\n" }, "Opaque"),
      secret("shop/latin", {}, "Opaque"),
      secret("other/users", { auth: `alice:${HASH}\n` }, "Opaque"),
    ],
  }).Secret,
};

const basic = (more: Record<string, string>) => ({ "auth-type": "basic", ...more });

test.each<[string, Record<string, string>, string]>([
  ["a file", basic({ "auth-secret": "users" }), "Authentication Required"],
  ["a file, by its whole name", basic({ "auth-secret": "shop/users" }), "Authentication Required"],
  [
    "a file that is said to be one",
    basic({ "auth-secret": "users", "auth-secret-type": "auth-file" }),
    "Authentication Required",
  ],
  ["a map", basic({ "auth-secret": "map", "auth-secret-type": "auth-map" }), "Authentication Required"],
  ["a realm", basic({ "auth-secret": "users", "auth-realm": `The "shop"` }), `The "shop"`],
])("%s", (_, annotations, realm) => {
  expect(filtersOf(annotations, context)).toEqual({
    access: { satisfy: "all", basic: { realm, users: { alice: HASH } } },
  });
});

it("says which users are left out, and nothing of their passwords", () => {
  const annotations = basic({ "auth-secret": "users" });
  expect(read(annotations, context).warnings).toMatchObject([
    {
      object: "Ingress shop/web",
      reason: "SecretInvalid",
      message: expect.stringMatching(/^Secret shop\/users, line 2 has a password in clear/) as string,
    },
  ]);
  expect(warningsOf(basic({ "auth-secret": "map", "auth-secret-type": "auth-map" }), context)).toEqual([
    expect.stringMatching(/^SecretInvalid: Secret shop\/map, key bob has a password in clear/),
  ]);
  expect(JSON.stringify(read(annotations, context))).not.toContain("hunter2");
});

describe("closes the Ingress", () => {
  test.each([
    ["without a Secret's name", basic({}), "comes without users"],
    [
      "with a Secret that does not exist",
      basic({ "auth-secret": "none" }),
      "names Secret shop/none, which does not exist",
    ],
    [
      "with a Secret of another namespace",
      basic({ "auth-secret": "other/users" }),
      "lies in another namespace",
    ],
    ["with what names no Secret", basic({ "auth-secret": "a/b/c" }), "does not name a Secret"],
    ["without the key `auth`", basic({ "auth-secret": "map" }), "without a text under the key `auth`"],
    [
      "with another type of Secret",
      basic({ "auth-secret": "users", "auth-secret-type": "x" }),
      "is not one of auth-file, auth-map",
    ],
    ["for digests", { "auth-type": "digest", "auth-secret": "users" }, "is not served: digests need"],
    ["for another type", { "auth-type": "ntlm", "auth-secret": "users" }, "is not one of basic"],
  ])("%s", (_, annotations, problem) => {
    const { filters, outcome } = read(annotations, context);
    expect([filters.closed, outcome]).toEqual([true, "close"]);
    expect(warningsOf(annotations, context)).toContainEqual(expect.stringContaining(problem));
  });
});

describe("lets nobody in by password with a Secret", () => {
  test.each([
    ["without a user", basic({ "auth-secret": "nobody" })],
    ["without a user that may come in", basic({ "auth-secret": "clear" })],
    ["that is an empty map", basic({ "auth-secret": "latin", "auth-secret-type": "auth-map" })],
  ])("%s", (_, annotations) => {
    expect(filtersOf(annotations, context).access?.basic?.users).toEqual({});
    expect(warningsOf(annotations, context)).toContainEqual(
      expect.stringMatching(/^SecretInvalid: Secret shop\/\w+ has no user that can be let in/),
    );
  });
});

it("is off without a type, as with ingress-nginx, and says so", () => {
  const annotations = { "auth-secret": "users" };
  expect(filtersOf(annotations, context)).toEqual({});
  expect(warningsOf(annotations, context)).toEqual([
    "AnnotationWithoutEffect: Without auth-type nobody is asked for a password; the Ingress is open, as with ingress-nginx.",
  ]);
});
