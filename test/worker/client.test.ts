import { describe, expect, it, test } from "vitest";
import { encodeClientFacts } from "../../contract/index.ts";
import { clientOf } from "../../worker/client.ts";

describe("on Cloudflare, where no client secret is set", () => {
  test.each([
    ["https://a.test/", "203.0.113.9", { address: "203.0.113.9", scheme: "https", port: 443 }],
    ["http://a.test:8080/", "2001:DB8::1", { address: "2001:db8::1", scheme: "http", port: 8080 }],
    ["http://a.test/", "not an address", undefined],
  ])("%s by %s", (url, address, facts) => {
    expect(clientOf(new Headers({ "cf-connecting-ip": address }), new URL(url), "")).toEqual(facts);
  });

  it("believes no listener's header", () => {
    const headers = new Headers({
      "cf-connecting-ip": "203.0.113.9",
      "lintel-client": encodeClientFacts({ address: "127.0.0.1", scheme: "https", port: 1 }, ""),
    });
    expect(clientOf(headers, new URL("http://a.test/"), "")?.address).toBe("203.0.113.9");
  });
});

describe("in the embedded edge", () => {
  const facts = { address: "203.0.113.9", scheme: "https", port: 8443 } as const;
  const url = new URL("http://a.test/");

  it("believes its own listener alone", () => {
    const by = (secret: string) => new Headers({ "lintel-client": encodeClientFacts(facts, secret) });
    expect(clientOf(by("right"), url, "right")).toEqual(facts);
    expect(clientOf(by("wrong"), url, "right")).toBeUndefined();
    expect(clientOf(new Headers({ "cf-connecting-ip": "127.0.0.1" }), url, "right")).toBeUndefined();
  });

  it("knows where https is served", () => {
    const header = encodeClientFacts({ ...facts, scheme: "http", httpsPort: 8443 }, "right");
    expect(clientOf(new Headers({ "lintel-client": header }), url, "right")?.httpsPort).toBe(8443);
  });

  test.each([["right"], ["right "], ["right ftp 1 127.0.0.1"], ["right https 1"]])(
    "takes %j for nobody's",
    (header) => {
      expect(clientOf(new Headers({ "lintel-client": header }), url, "right")).toBeUndefined();
    },
  );
});
