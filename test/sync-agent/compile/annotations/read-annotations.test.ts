import { describe, expect, it, test } from "vitest";
import { filtersOf, read, warningsOf } from "../support/annotations.ts";

describe("an annotation that is not served", () => {
  test.each<[string, string, string, boolean]>([
    ["unknown", "rewrite-targt", "AnnotationIgnored: There is no such annotation", false],
    ["without effect at an edge", "proxy-buffering", "AnnotationWithoutEffect", false],
    ["a snippet", "configuration-snippet", "AnnotationRefused: A snippet is nginx configuration", false],
    ["the firewall", "enable-modsecurity", "AnnotationRefused: ModSecurity", false],
    ["client certificates", "auth-tls-secret", "AnnotationRefused: Client certificates", true],
  ])("%s: is said, and opens nothing", (_, name, warning, closed) => {
    expect(warningsOf({ [name]: "x" })).toEqual([expect.stringContaining(warning)]);
    expect(filtersOf({ [name]: "x" }).closed ?? false).toBe(closed);
  });

  it("closes the Ingress where it is a snippet that keeps somebody out", () => {
    expect(filtersOf({ "server-snippet": "location /admin { deny all; }" }).closed).toBe(true);
    expect(filtersOf({ "configuration-snippet": "more_set_headers 'X: 1';" }).closed).toBeUndefined();
  });

  it("of another prefix is nobody's business", () => {
    expect(warningsOf({ "example.com/x": "1", "kubernetes.io/ingress.class": "nginx" })).toEqual([]);
  });
});

describe("a bad value", () => {
  it("is named with its remedy, and the Ingress served as if it were not there", () => {
    const { filters, warnings, outcome } = read({ "proxy-body-size": "8 megabytes" });
    expect(filters).toEqual({});
    expect(outcome).toBe("ignore");
    expect(warnings).toEqual([
      {
        object: "Ingress shop/web",
        field: "metadata.annotations[nginx.ingress.kubernetes.io/proxy-body-size]",
        reason: "AnnotationIgnored",
        message: `"8 megabytes" is not a size; the Ingress is served as if it were not written.`,
        remedy: `Write a number of bytes, or with k, m or g, as in "8m".`,
      },
    ]);
  });

  it("that leaves nothing safe to serve asks for the last good form, and refuses without one", () => {
    const { filters, outcome } = read({ "permanent-redirect": "nowhere" });
    expect([filters.closed, outcome]).toEqual([true, "keep"]);
  });
});
