import { describe, expect, test } from "vitest";
import type { Affinity } from "../../../../contract/index.ts";
import { filtersOf, read, warningsOf } from "../support/annotations.ts";

const COOKIE = { affinity: "cookie" };
const DEFAULTS: Affinity = { cookie: "INGRESSCOOKIE", mode: "balanced", stickyCanary: true };

describe("affinity is", () => {
  test.each<[string, Record<string, string>, Affinity | undefined]>([
    ["nothing without its annotation", { "session-cookie-name": "route" }, undefined],
    ["by a cookie", COOKIE, DEFAULTS],
    [
      "by a cookie of another name",
      { ...COOKIE, "session-cookie-name": "route" },
      { ...DEFAULTS, cookie: "route" },
    ],
    ["persistent", { ...COOKIE, "affinity-mode": "persistent" }, { ...DEFAULTS, mode: "persistent" }],
    [
      "persistent to the end",
      { ...COOKIE, "affinity-mode": "persistent-drainable" },
      { ...DEFAULTS, mode: "persistent_drainable" },
    ],
    [
      "no matter of canaries",
      { ...COOKIE, "affinity-canary-behavior": "legacy" },
      { ...DEFAULTS, stickyCanary: false },
    ],
    [
      "all that can be said of a cookie",
      {
        ...COOKIE,
        "session-cookie-expires": "172800",
        "session-cookie-max-age": "-1",
        "session-cookie-path": "/shop",
        "session-cookie-domain": ".Example.com",
        "session-cookie-secure": "true",
        "session-cookie-samesite": "none",
        "session-cookie-conditional-samesite-none": "true",
        "session-cookie-partitioned": "true",
        "session-cookie-change-on-failure": "true",
      },
      {
        ...DEFAULTS,
        expires: 172_800,
        maxAge: -1,
        path: "/shop",
        domain: ".example.com",
        secure: true,
        sameSite: "None",
        conditionalSameSiteNone: true,
        partitioned: true,
        changeOnFailure: true,
      },
    ],
    [
      "as without them where flags are false",
      {
        ...COOKIE,
        "session-cookie-secure": "false",
        "session-cookie-change-on-failure": "false",
        "session-cookie-conditional-samesite-none": "false",
      },
      DEFAULTS,
    ],
  ])("%s", (_, annotations, expected) => {
    const { filters, warnings } = read(annotations);
    expect([filters.affinity, warnings]).toEqual([expected, []]);
  });

  test.each<[string, string]>([
    ["affinity-mode", "forever"],
    ["session-cookie-name", "a b"],
    ["session-cookie-name", "a=b"],
    ["session-cookie-max-age", "a day"],
    ["session-cookie-path", "shop"],
    ["session-cookie-path", "/; Domain=example.org"],
    ["session-cookie-domain", "example.org; Path=/"],
    ["session-cookie-samesite", "Maybe"],
  ])("as without it where %s is %j, which is said", (name, value) => {
    expect(filtersOf({ ...COOKIE, [name]: value }).affinity).toEqual(DEFAULTS);
    expect(warningsOf({ ...COOKIE, [name]: value })).toEqual([expect.stringMatching(/^AnnotationIgnored: /)]);
  });

  test("nothing where it is of another kind", () => {
    expect(filtersOf({ affinity: "ip" })).toEqual({});
    expect(warningsOf({ affinity: "ip" })).toHaveLength(1);
  });
});
