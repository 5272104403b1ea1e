import { describe, expect, it, test } from "vitest";
import { read, warningsOf } from "../support/annotations.ts";

describe("to https", () => {
  test.each([
    ["of our own class, only when asked", "lintel", {}, undefined],
    [
      "of an adopted class, where there is a certificate",
      "nginx",
      {},
      { where: "certificate", keepsSlash: false, status: 308 },
    ],
    ["never where it is refused", "nginx", { "ssl-redirect": "false" }, undefined],
    [
      "when asked",
      "lintel",
      { "ssl-redirect": "true" },
      { where: "certificate", keepsSlash: false, status: 308 },
    ],
    [
      "always when forced",
      "nginx",
      { "ssl-redirect": "false", "force-ssl-redirect": "true", "preserve-trailing-slash": "true" },
      { where: "always", keepsSlash: true, status: 308 },
    ],
  ] as const)("%s", (_, defaults, annotations, expected) => {
    expect(read(annotations, { defaults }).toHttps).toEqual(expected);
  });
});

describe("a redirect of every request", () => {
  test.each([
    ["permanent", { "permanent-redirect": "https://b.test" }, "301 https://b.test"],
    [
      "with a code",
      { "permanent-redirect": "https://b.test", "permanent-redirect-code": "308" },
      "308 https://b.test",
    ],
    [
      "with a bad code",
      { "permanent-redirect": "https://b.test", "permanent-redirect-code": "200" },
      "301 https://b.test",
    ],
    ["temporal", { "temporal-redirect": "https://b.test$request_uri" }, "302 https://b.test$request_uri"],
    [
      "with a code",
      { "temporal-redirect": "https://b.test", "temporal-redirect-code": "307" },
      "307 https://b.test",
    ],
    [
      "temporal before permanent",
      { "temporal-redirect": "https://t.test", "permanent-redirect": "https://p.test" },
      "302 https://t.test",
    ],
    ["to a path of the same host", { "permanent-redirect": "/new" }, "301 $scheme://$http_host/new"],
    ["relative", { "permanent-redirect": "/new", "relative-redirects": "true" }, "301 /new"],
  ])("%s", (_, annotations, expected) => {
    const { redirect } = read(annotations).filters;
    expect(redirect && `${redirect.status} ${redirect.location}`).toBe(expected);
  });

  it.each(["nowhere", "ftp://b.test", "javascript:alert(1)", "https://", ""])(
    "to %j leaves nothing safe to serve",
    (to) => {
      const { filters, outcome } = read({ "temporal-redirect": to });
      expect([filters.redirect, filters.closed, outcome]).toEqual([undefined, true, "keep"]);
    },
  );
});

test.each([
  ["of the same host", { "app-root": "/app" }, "$scheme://$http_host/app"],
  ["relative", { "app-root": "/app", "relative-redirects": "true" }, "/app"],
  ["that is no path", { "app-root": "app" }, undefined],
])("an app root %s", (_, annotations, expected) => {
  expect(read(annotations).filters.appRoot).toBe(expected);
});

it("names the app root that is no path", () => {
  expect(warningsOf({ "app-root": "app" })).toEqual([
    `AnnotationIgnored: "app" is not a path; the Ingress is served as if it were not written.`,
  ]);
});

it("redirects between www and the host with 308", () => {
  expect(read({ "from-to-www-redirect": "true" }).www).toEqual({ status: 308 });
  expect(read({ "from-to-www-redirect": "no" }).www).toBeUndefined();
});
