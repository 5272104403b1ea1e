/** docs/annotations.md says what the annotations say of themselves. `npm run golden` writes it anew. */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import { describe, expect, it, test } from "vitest";
import { NGINX_PREFIX, OWN_PREFIX } from "../../../../sync-agent/compile/annotations/annotation.ts";
import { GROUPS } from "../../../../sync-agent/compile/annotations/groups.ts";
import { referencePage } from "../../../../sync-agent/compile/annotations/reference-page.ts";
import { refusalOf, withoutEffect } from "../../../../sync-agent/compile/annotations/unserved.ts";

const PAGE = fileURLToPath(new URL("../../../../docs/annotations.md", import.meta.url));
const ALL = GROUPS.flatMap(({ annotations }) => annotations);

it("docs/annotations.md is what is generated", async () => {
  const generated = await format(referencePage(), { ...(await resolveConfig(PAGE)), filepath: PAGE });
  if (process.env["UPDATE_GOLDEN"]) await writeFile(PAGE, generated);
  expect(await readFile(PAGE, "utf8")).toBe(generated);
});

describe("an annotation that is served", () => {
  test.each(ALL.map((annotation) => [annotation.name, annotation] as const))("%s", (name, annotation) => {
    const { type, default: fallback, example, text, difference } = annotation.reference;
    expect(name).toMatch(new RegExp(`^(?:${NGINX_PREFIX}|${OWN_PREFIX})[a-z0-9-]+$`));
    for (const words of [type, fallback, example, text, difference ?? "."]) expect(words).not.toBe("");
    expect(text).toMatch(/[.!?]$/);
    if (difference !== undefined) expect(difference).toMatch(/\.$/);
    // Its example is a value that can be read, as YAML has it.
    expect(() => annotation.read(example.replace(/^"(.*)"$/, "$1"))).not.toThrow();
    expect([refusalOf(name, "x"), withoutEffect(name)], "is not said to be unserved").toEqual([
      undefined,
      undefined,
    ]);
  });

  it("is served by one group alone", () => {
    const names = ALL.flatMap(({ name, alias }) => (alias === undefined ? [name] : [name, alias]));
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});

/** The annotations that a team may have: none of them may be told that there is no such thing. */
test.each(
  `ssl-redirect force-ssl-redirect preserve-trailing-slash rewrite-target use-regex app-root permanent-redirect
  permanent-redirect-code temporal-redirect temporal-redirect-code from-to-www-redirect relative-redirects server-alias
  upstream-vhost x-forwarded-prefix backend-protocol service-upstream proxy-body-size proxy-connect-timeout
  proxy-read-timeout proxy-send-timeout proxy-next-upstream proxy-next-upstream-tries proxy-next-upstream-timeout
  proxy-redirect-from proxy-redirect-to proxy-cookie-domain proxy-cookie-path proxy-http-version enable-cors
  cors-allow-origin cors-allow-methods cors-allow-headers cors-expose-headers cors-allow-credentials cors-max-age
  whitelist-source-range allowlist-source-range denylist-source-range auth-type auth-secret auth-secret-type auth-realm
  auth-url auth-method auth-signin auth-signin-redirect-param auth-response-headers auth-request-redirect
  auth-proxy-set-headers auth-always-set-cookie auth-cache-key auth-cache-duration enable-global-auth satisfy limit-rps
  limit-rpm limit-connections limit-burst-multiplier limit-whitelist limit-allowlist affinity affinity-mode
  affinity-canary-behavior session-cookie-name session-cookie-path session-cookie-domain session-cookie-expires
  session-cookie-max-age session-cookie-samesite session-cookie-secure session-cookie-change-on-failure
  session-cookie-conditional-samesite-none session-cookie-partitioned upstream-hash-by upstream-hash-by-subset upstream-hash-by-subset-size
  load-balance canary canary-by-header canary-by-header-value canary-by-header-pattern canary-by-cookie canary-weight
  canary-weight-total mirror-target mirror-host mirror-request-body default-backend custom-http-errors
  disable-proxy-intercept-errors custom-headers connection-proxy-header enable-access-log proxy-ssl-verify
  proxy-ssl-name`.split(/\s+/),
)("%s of ingress-nginx is served", (name) => {
  expect(ALL.some((annotation) => [annotation.name, annotation.alias].includes(NGINX_PREFIX + name))).toBe(
    true,
  );
});

test.each([
  ["proxy-buffer-size", true, false],
  ["proxy-buffers", false, false],
  ["opentelemetry-operation-name", true, false],
  ["use-port-in-redirects", true, false],
  ["configuration-snippet", false, true],
  ["snippet", false, false],
  ["auth-tls-verify-client", false, true],
  ["modsecurity-transaction-id", false, true],
  ["enable-owasp-core-rules", false, true],
])("%s is without effect: %s; refused: %s", (name, isWithoutEffect, isRefused) => {
  expect([
    withoutEffect(NGINX_PREFIX + name) !== undefined,
    refusalOf(NGINX_PREFIX + name, "x") !== undefined,
  ]).toEqual([isWithoutEffect, isRefused]);
});
