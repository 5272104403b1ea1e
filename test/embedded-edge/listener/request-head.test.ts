import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { http1Head, http2Head, isRefusal } from "../../../embedded-edge/listener/request-head.ts";

const HOST = ["Host", "shop.example"];

describe("the head of an HTTP/1 request", () => {
  it.each([
    [
      "origin-form is kept, but for what no URL has",
      "/a/../b//c%2F%2e?x=%20&&y'\"|\\",
      HOST,
      "/a/../b//c%2F%2e?x=%20&&y'%22%7C%5C",
      "shop.example",
    ],
    ["absolute-form gives path and Host", "http://Other.example:81/p?q", HOST, "/p?q", "Other.example:81"],
    ["absolute-form without path", "HTTPS://other.example", HOST, "/", "other.example"],
    ["absolute-form with a query alone", "http://other.example?q", HOST, "/?q", "other.example"],
    ["an address as Host", "/", ["Host", "[::1]:8080"], "/", "[::1]:8080"],
  ])("%s", (_, target, raw, path, host) => {
    expect(http1Head("GET", target, raw)).toEqual({
      method: "GET",
      path,
      framing: "none",
      fields: ["Host", host],
    });
  });

  it.each([
    ["no Host", "GET", "/", []],
    ["an empty Host", "GET", "/", ["Host", ""]],
    ["a malformed Host", "GET", "/", ["Host", "a/b"]],
    ["two Hosts", "GET", "/", [...HOST, "host", "shop.example"]],
    ["absolute-form without Host", "GET", "http://shop.example/", []],
    ["absolute-form with a user", "GET", "http://user@shop.example/", HOST],
    ["absolute-form of another scheme", "GET", "ftp://shop.example/", HOST],
    ["OPTIONS *", "OPTIONS", "*", HOST],
    ["a target without a slash", "GET", "path", HOST],
    ["a fragment", "GET", "/a#b", HOST],
    ["a byte that no URL has", "GET", "/\u00e9", HOST],
    ["CONNECT", "CONNECT", "shop.example:443", HOST],
  ])("with %s is refused", (_, method, target, raw) => {
    expect(http1Head(method, target, raw)).toMatchObject({ status: 400 });
  });

  it("with a cookie in pieces has one", () => {
    const raw = ["Cookie", "a=1", "X", "y", "cookie", "b=2"];
    expect(http1Head("GET", "/", [...HOST, ...raw])).toMatchObject({
      fields: [...HOST, "X", "y", "cookie", "a=1; b=2"],
    });
  });

  it("with a coding other than chunked is not implemented", () => {
    expect(http1Head("POST", "/", [...HOST, "Transfer-Encoding", "gzip, chunked"])).toMatchObject({
      status: 501,
    });
  });

  it.each([
    ["GET", ["Content-Length", "3"], "none", []],
    ["HEAD", ["Transfer-Encoding", "chunked"], "none", []],
    ["POST", ["Content-Length", "3"], 3, ["Content-Length", "3"]],
    ["POST", ["Transfer-Encoding", "chunked"], "chunked", ["Transfer-Encoding", "chunked"]],
    ["POST", [], "none", ["Content-Length", "0"]],
    ["DELETE", ["Content-Length", "2"], 2, ["Content-Length", "2"]],
  ])("%s with %j has framing %s", (method, raw, framing, fields) => {
    expect(http1Head(method, "/", [...HOST, ...raw])).toMatchObject({
      framing,
      fields: [...HOST, ...fields],
    });
  });

  it("passes on nothing that only we may say, in any case, nor anything of the connection", () => {
    const raw = [
      "Lintel-Client",
      "x",
      "lintel-secret",
      "y",
      "MF-CF-Blob",
      "{}",
      "Expect",
      "100-continue",
      "TE",
      "trailers",
    ];
    expect(http1Head("GET", "/", [...HOST, ...raw, "X-Kept", "1"])).toMatchObject({
      fields: [...HOST, "X-Kept", "1"],
    });
  });
});

describe("the head of an HTTP/2 request", () => {
  const pseudo = (method: string, path: string, authority: string | undefined) => [
    ":method",
    method,
    ":scheme",
    "https",
    ":path",
    path,
    ...(authority === undefined ? [] : [":authority", authority]),
  ];

  it("has the authority as Host, and no pseudo-header fields", () => {
    expect(http2Head([...pseudo("GET", "/p?q", "shop.example:8443"), "accept", "*/*"], true)).toEqual({
      method: "GET",
      path: "/p?q",
      framing: "none",
      fields: ["Host", "shop.example:8443", "accept", "*/*"],
    });
  });

  it("joins the crumbs of a cookie", () => {
    const raw = [
      ...pseudo("GET", "/", "a.example"),
      "cookie",
      "a=1",
      "x",
      "y",
      "cookie",
      "b=2",
      "cookie",
      "c=3",
    ];
    expect(http2Head(raw, true)).toMatchObject({
      fields: ["Host", "a.example", "x", "y", "cookie", "a=1; b=2; c=3"],
    });
  });

  it.each([
    ["a body of unknown length", [], false, "chunked"],
    ["a body with a length", ["content-length", "4"], false, 4],
    ["no body", [], true, "none"],
    ["a body of no bytes", ["content-length", "0"], false, "none"],
  ] as const)("with %s", (_, raw, ends, framing) => {
    expect(http2Head([...pseudo("POST", "/", "a.example"), ...raw], ends)).toMatchObject({ framing });
  });

  it.each([
    [
      "Host in place of the authority",
      [...pseudo("GET", "/", undefined), "host", "a.example"],
      { fields: ["Host", "a.example"] },
    ],
    [
      "Host and authority that agree",
      [...pseudo("GET", "/", "a.example"), "host", "a.example"],
      { fields: ["Host", "a.example"] },
    ],
    [
      "Host and authority that do not",
      [...pseudo("GET", "/", "a.example"), "host", "b.example"],
      { status: 400 },
    ],
    ["neither", pseudo("GET", "/", undefined), { status: 400 }],
    ["CONNECT", pseudo("CONNECT", "/", "a.example"), { status: 400 }],
    ["OPTIONS *", pseudo("OPTIONS", "*", "a.example"), { status: 400 }],
    ["a method in lower case", pseudo("get", "/", "a.example"), { status: 400 }],
    ["a byte that no URL has", pseudo("GET", "/\u00e9", "a.example"), { status: 400 }],
  ])("with %s", (_, raw, expected) => {
    expect(http2Head(raw, true)).toMatchObject(expected);
  });
});

it("makes one Host and at most one framing of whatever comes", () => {
  const field = fc.tuple(
    fc.constantFrom(
      "Host",
      "Content-Length",
      "Transfer-Encoding",
      "Connection",
      "X",
      "Lintel-Client",
      "Cookie",
    ),
    fc.constantFrom("a.example", "5", "chunked", "close, host, x", "cookie", ""),
  );
  fc.assert(
    fc.property(
      fc.constantFrom("GET", "POST", "DELETE"),
      fc.array(field),
      fc.boolean(),
      (method, pairs, http2) => {
        const raw = pairs.flat();
        const head = http2
          ? http2Head([":method", method, ":path", "/", ":authority", "a.example", ...raw], false)
          : http1Head(method, "/", raw);
        if (isRefusal(head)) return;
        const names = head.fields.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
        expect(names.filter((name) => name === "host")).toEqual(["host"]);
        expect(
          names.filter((name) => name === "content-length" || name === "transfer-encoding").length,
        ).toBeLessThan(2);
        expect(names).not.toContain("connection");
        expect(names).not.toContain("lintel-client");
      },
    ),
  );
});
