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

  test.each([
    ["ssl-passthrough", "false"],
    ["enable-modsecurity", "false"],
    ["configuration-snippet", ""],
    ["limit-rate", "0"],
    ["auth-tls-verify-client", "off"],
  ])("%s is not missed where it is %j", (name, value) => {
    expect(read({ [name]: value })).toMatchObject({ warnings: [], outcome: undefined });
  });

  test.each([
    ["rewrite-targt", "rewrite-target"],
    ["whitelist-source-ranges", "whitelist-source-range"],
    ["ssl_redirect", "ssl-redirect"],
    ["proxy-max-body-size", "proxy-body-size"],
    ["global-rate-limit", "limit-rps"],
    ["hsts-max-age", "lintel.dev/hsts"],
    ["use-forwarded-headers", "ConfigMap"],
    ["lintel.dev/cach", "lintel.dev/cache"],
  ])("%s has %s for a hint", (name, hint) => {
    expect(read({ [name]: "x" }).warnings.map(({ remedy }) => remedy)).toEqual([
      expect.stringContaining(hint),
    ]);
  });

  test.each([
    [`more_set_headers "X-Frame-Options: DENY";`, "(custom-headers for more_set_headers)"],
    [`add_header Strict-Transport-Security "max-age=1";`, "(lintel.dev/hsts for add_header)"],
    ["location = /a {\n  return 301 /b$is_args$args;\n}", "(permanent-redirect for return)"],
    [
      "# nothing\nproxy_ssl_verify off;\ngzip on;",
      "Take it out: nothing is needed here in place of proxy_ssl_verify, gzip",
    ],
    ["sub_filter a b;", "Say the same with other annotations, and take it out"],
  ])("a snippet %j has a remedy of its own", (snippet, remedy) => {
    expect(read({ "configuration-snippet": snippet }).warnings[0]?.remedy).toContain(remedy);
  });

  test.each([
    ["allow 10.0.0.0/8;\r\ndeny all;", true],
    ["if ($request_method != POST) { return 405; }", true],
    [`more_set_headers "X: #"; deny all;`, true],
    ["access_by_lua_block { ngx.exit(403) }", true],
    [`SecRule REMOTE_ADDR "!@ipMatch 10.0.0.0/8" "phase:1,deny"`, true],
    ["# deny all;", false],
    ["add_header 'access-control-allow-origin' '*';", false],
    ["proxy_set_header Host internal.example.com;", false],
  ])("a snippet %j keeps somebody out: %s", (snippet, isClosed) => {
    expect(filtersOf({ "server-snippet": snippet }).closed ?? false).toBe(isClosed);
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

  it("is shown on one line, and as text", () => {
    const [warning] = read({ "app-root": "a\r\n\u001B[2J\u202Eb" }).warnings;
    expect(warning?.message).toContain(String.raw`"a\r\n\u{1b}[2J\u{202e}b"`);
  });

  it("is not made of the new line that a block of YAML ends in", () => {
    expect(read({ "proxy-cookie-path": `/ "/; Secure"\n` })).toMatchObject({
      filters: { cookiePath: { from: "/", to: "/; Secure" } },
      warnings: [],
    });
  });

  it("holds a variable that nobody knows", () => {
    expect(warningsOf({ "permanent-redirect": "https://a.test/$tenant" })).toEqual([
      `AnnotationIgnored: "https://a.test/$tenant" holds $tenant, of which nothing is known here; it stands for an empty text.`,
    ]);
  });

  it("that leaves nothing safe to serve asks for the last good form, and refuses without one", () => {
    const { filters, outcome } = read({ "permanent-redirect": "nowhere" });
    expect([filters.closed, outcome]).toEqual([true, "keep"]);
  });
});
