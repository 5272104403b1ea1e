import { describe, expect, it, test } from "vitest";
import { gatewayOf, type GatewayRoutes } from "../../../worker/ingress/gateway.ts";

interface Seen {
  readonly via: "binding" | "fetch";
  readonly url: string;
  readonly init: RequestInit;
}

/** Asks for a URL, and gives what was sent where. */
async function ask(
  url: string,
  routes: { readonly bound: boolean; readonly origin?: string },
  init: RequestInit = {},
): Promise<Seen | undefined> {
  let seen: Seen | undefined;
  const take = (via: Seen["via"]) => async (input: unknown, init: RequestInit | undefined) => {
    seen = { via, url: String(input), init: init ?? {} };
    return new Response("served");
  };
  const cluster = { fetch: take("binding") } as NonNullable<GatewayRoutes["cluster"]>;
  const gateway = gatewayOf({
    cluster: routes.bound ? cluster : undefined,
    origin: routes.origin,
    fetch: take("fetch"),
  });
  const answer = await gateway?.fetch(url, init);
  expect(await answer?.text()).toBe(gateway === undefined ? undefined : "served");
  return seen;
}

const ORIGIN = "https://gateway.example.com";

describe("behind the CLUSTER binding", () => {
  test.each([
    ["http://shop.test/a?b", "http://shop.test/a?b"],
    ["https://shop.test/a?b=https://x", "http://shop.test/a?b=https://x"],
    ["https://shop.test:8443/", "http://shop.test:8443/"],
    ["https://shop.test//a", "http://shop.test//a"],
  ])("%s is asked for as %s: TLS ends at the edge", async (url, asked) => {
    expect(await ask(url, { bound: true })).toMatchObject({ via: "binding", url: asked });
  });

  it("goes before a public address", async () => {
    expect(await ask("http://a.test/", { bound: true, origin: ORIGIN })).toMatchObject({ via: "binding" });
  });

  it("passes on what it is given", async () => {
    const init: RequestInit = { method: "POST", body: "x", redirect: "manual" };
    expect((await ask("http://a.test/", { bound: true }, init))?.init).toEqual(init);
  });
});

describe("at a public address", () => {
  test.each([
    ["http://shop.test/", `${ORIGIN}/`],
    ["https://shop.test:8443/a/b?c=d&e", `${ORIGIN}/a/b?c=d&e`],
    ["https://shop.test//evil.test/a", `${ORIGIN}//evil.test/a`],
    ["https://shop.test/@evil.test", `${ORIGIN}/@evil.test`],
    ["https://shop.test/?u=https://evil.test/", `${ORIGIN}/?u=https://evil.test/`],
    ["https://[2001:db8::1]/x", `${ORIGIN}/x`],
  ])("%s is asked for as %s", async (url, asked) => {
    const seen = await ask(url, { bound: false, origin: ORIGIN });
    expect(seen).toMatchObject({ via: "fetch", url: asked });
    expect(new URL(seen?.url ?? "").origin).toBe(ORIGIN);
  });

  it("is never answered from Cloudflare's cache, where all hosts would share a path", async () => {
    const init: RequestInit = { method: "GET", redirect: "manual" };
    const seen = await ask("http://a.test/", { bound: false, origin: ORIGIN }, init);
    expect(seen?.init).toEqual({ ...init, cache: "no-store" });
  });
});

it("is not there when neither is configured", async () => {
  expect(await ask("http://a.test/", { bound: false })).toBeUndefined();
});
