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

const FIELDS = {
  "access-control-allow-credentials": "true",
  "access-control-allow-headers": "X-App",
  "access-control-allow-methods": "GET, POST",
  "access-control-max-age": "600",
};

const corsFieldsOf = ({ headers }: Response) =>
  Object.fromEntries(Array.from(headers).filter(([name]) => /^(?:access-control-|vary)/.test(name)));

describe("where all may", () => {
  test.each([
    ["a request", "GET", "https://a.test", 200],
    ["one that does not say where it comes from", "GET", undefined, 200],
    ["a preflight", "OPTIONS", "https://a.test", 204],
    ["any other OPTIONS", "OPTIONS", undefined, 204],
  ])(
    "%s is told so, which no browser takes for a leave to send credentials",
    async (_, method, origin, status) => {
      const response = await answered({}, origin, method);
      expect(response.status).toBe(status);
      expect(corsFieldsOf(response)).toEqual({ ...FIELDS, "access-control-allow-origin": "*" });
    },
  );
});

describe("where some may", () => {
  const origins = ["https://a.test"];
  it.each([
    ["a request", "GET", 200],
    ["a preflight", "OPTIONS", 204],
  ])("%s of one is answered for it alone", async (_, method, status) => {
    const response = await answered({ origins }, "https://a.test", method);
    expect(response.status).toBe(status);
    expect(corsFieldsOf(response)).toEqual({
      ...FIELDS,
      "access-control-allow-origin": "https://a.test",
      vary: "Origin",
    });
  });

  it.each([
    ["https://b.test", "GET"],
    ["https://b.test", "OPTIONS"],
    [undefined, "OPTIONS"],
  ])("what %s asks with %s is the Service's to answer", async (origin, method) => {
    const response = await answered({ origins }, origin, method);
    expect(await response.clone().text()).toBe("served");
    expect(corsFieldsOf(response)).toEqual({ vary: "Origin" });
  });
});

it("says nothing of credentials where they may not come along", async () => {
  const { headers } = await answered({ credentials: false }, "https://a.test");
  expect(headers.get("access-control-allow-credentials")).toBeNull();
});

it("replaces what the upstream says, and keeps the rest", async () => {
  const { headers } = await answered({ exposeHeaders: "X-App" }, "https://a.test");
  expect(headers.get("access-control-allow-origin")).toBe("*");
  expect(headers.get("access-control-expose-headers")).toBe("X-App");
  expect(headers.get("x-app")).toBe("1");
});
