import { describe, expect, it } from "vitest";
import { resolversOf } from "../../../dns-stub/index.ts";

const TOKEN = "s3cret";
const there = { host: "192.0.2.1", port: 443 };

describe("resolvers", () => {
  it.each([
    ["https://doh.test/dns-query", "https://doh.test/dns-query"],
    ["https://doh.test:8443/dns-query/t", "https://doh.test:8443/dns-query/t"],
    ["https://doh.test/dns-query{?dns}", "https://doh.test/dns-query"],
    ["https://[::1]:8443/dns-query", "https://[::1]:8443/dns-query"],
  ])("%s", (text, url) => {
    expect(resolversOf([text], [])).toEqual([{ url, connect: undefined }]);
  });

  it("take the addresses to dial in order", () => {
    expect(resolversOf(["https://a.test/", "https://b.test/"], [there, { ...there, port: 1 }])).toEqual([
      { url: "https://a.test/", connect: there },
      { url: "https://b.test/", connect: { ...there, port: 1 } },
    ]);
  });

  it.each([
    ["none", [], [], "--doh is needed"],
    ["plain HTTP", [`http://doh.test/${TOKEN}`], [], "--doh is no https URL"],
    ["no URL", [TOKEN], [], "--doh is no https URL"],
    ["the second of two", ["https://a.test/", TOKEN], [], "--doh number 2 is no https URL"],
    ["a password", [`https://me:${TOKEN}@doh.test/`], [], "user name or password"],
    ["too few addresses", ["https://a.test/", "https://b.test/"], [there], "once for each --doh"],
    ["an address for an address", ["https://192.0.2.9/"], [there], "needs no --connect"],
    ["an address for an IPv6 address", ["https://[::1]/"], [there], "needs no --connect"],
  ])("refused: %s, without showing what may be a token", (_, urls, connect, expected) => {
    const parse = () => resolversOf(urls, connect);
    expect(parse).toThrow(expected);
    expect(parse).not.toThrow(TOKEN);
  });
});
