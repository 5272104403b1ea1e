import { describe, expect, it, test } from "vitest";
import type { Cors } from "../../../../contract/index.ts";
import { cors } from "../../../../worker/ingress/filters/cors.ts";
import { exchangeOf, routeWith } from "../../support/exchange.ts";

const SETTINGS: Cors = {
  origins: ["*"],
  methods: "GET, POST",
  headers: "X-App",
  credentials: true,
  maxAge: 600,
};

async function answered(settings: Partial<Cors>, origin: string | undefined, method = "GET") {
  const step = cors({ cors: { ...SETTINGS, ...settings } }, routeWith());
  const exchange = exchangeOf({ init: { method, headers: origin === undefined ? {} : { origin } } });
  const own = await step?.request?.(exchange);
  const response =
    own instanceof Response
      ? own
      : new Response("served", {
          headers: { "access-control-allow-origin": "https://the-upstreams.test", "x-app": "1" },
        });
  await step?.response?.(exchange, response);
  return response;
}

describe("an origin", () => {
  test.each<[string, string[], string, boolean]>([
    ["any, where all may", ["*"], "https://a.test", true],
    ["one that is listed", ["https://a.test"], "https://a.test", true],
    ["in other case", ["https://a.test"], "https://A.test", true],
    ["with another scheme", ["https://a.test"], "http://a.test", false],
    ["with another port", ["https://a.test"], "https://a.test:8443", false],
    ["of a subdomain", ["https://*.a.test"], "https://x.a.test", true],
    ["of a subdomain, with its port", ["https://*.a.test:8443"], "https://x.a.test:8443", true],
    ["of two labels more", ["https://*.a.test"], "https://y.x.a.test", false],
    ["of the domain itself", ["https://*.a.test"], "https://a.test", false],
    ["that only ends like it", ["https://a.test"], "https://evil-a.test", false],
    ["with a port in the label's place", ["https://*.a.test"], "https://evil.test:1.a.test", false],
    ["nobody, where no list could be read", [], "https://a.test", false],
  ])("%s", async (_, origins, origin, allowed) => {
    const { headers } = await answered({ origins }, origin);
    expect(headers.get("access-control-allow-origin")).toBe(allowed ? origin : null);
  });
});

it("answers a preflight itself", async () => {
  const response = await answered({}, "https://a.test", "OPTIONS");
  expect([response.status, Object.fromEntries(response.headers)]).toEqual([
    204,
    {
      "access-control-allow-credentials": "true",
      "access-control-allow-headers": "X-App",
      "access-control-allow-methods": "GET, POST",
      "access-control-allow-origin": "https://a.test",
      "access-control-max-age": "600",
      vary: "Origin",
    },
  ]);
});

it("says * only where no credentials may come along", async () => {
  const { headers } = await answered({ credentials: false }, "https://a.test");
  expect(headers.get("access-control-allow-origin")).toBe("*");
  expect(headers.get("access-control-allow-credentials")).toBeNull();
});

it("replaces what the upstream says, and keeps the rest", async () => {
  const { headers } = await answered({ exposeHeaders: "X-App" }, undefined);
  expect(headers.get("access-control-allow-origin")).toBeNull();
  expect(headers.get("x-app")).toBe("1");
});
