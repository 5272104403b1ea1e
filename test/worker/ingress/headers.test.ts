import { describe, expect, it, test } from "vitest";
import { finishResponseHeaders, requestIdOf, upstreamHeaders } from "../../../worker/ingress/headers.ts";

const client = { address: "203.0.113.9", scheme: "https", port: 443 } as const;
const sent = (headers: Record<string, string>) =>
  Object.fromEntries(
    upstreamHeaders(new Request("https://a.test/", { headers }), "a.test:8443", client, "id-1"),
  );

const ALWAYS = {
  "x-request-id": "id-1",
  "x-real-ip": "203.0.113.9",
  "x-forwarded-for": "203.0.113.9",
  "x-forwarded-host": "a.test:8443",
  "x-forwarded-port": "443",
  "x-forwarded-proto": "https",
  "x-forwarded-scheme": "https",
  "x-scheme": "https",
};

describe("headers to the upstream", () => {
  test.each<[string, Record<string, string>, Record<string, string>]>([
    ["say who is calling", {}, {}],
    [
      "keep what the client sent",
      { accept: "x/y", cookie: "a=1; b=2" },
      { accept: "x/y", cookie: "a=1; b=2" },
    ],
    [
      "believe nothing that the client says of itself, and hand its word on as such",
      {
        "x-forwarded-for": "1.2.3.4",
        "x-real-ip": "1.2.3.4",
        "x-forwarded-proto": "ftp",
        "x-forwarded-host": "evil",
      },
      { "x-original-forwarded-for": "1.2.3.4" },
    ],
    ["drop an original that nobody vouches for", { "x-original-forwarded-for": "1.2.3.4" }, {}],
    [
      "drop other proxies' words",
      {
        forwarded: "for=1.2.3.4",
        proxy: "http://evil",
        "cf-connecting-ip": "1.2.3.4",
        "true-client-ip": "1.2.3.4",
        "x-forwarded-prefix": "/evil",
        "http2-settings": "x",
      },
      {},
    ],
    [
      "drop names with underscores, which programs mix up with dashes",
      { x_forwarded_for: "1.2.3.4", a_b: "1" },
      {},
    ],
    ["announce no body that is not sent", { "content-length": "5" }, {}],
    [
      "drop what belongs to the connection, and what Connection names",
      {
        connection: "close, X-Secret-Hop",
        "x-secret-hop": "1",
        "keep-alive": "1",
        te: "trailers",
        trailer: "x",
      },
      {},
    ],
    ["drop an upgrade that is not to WebSocket", { connection: "upgrade", upgrade: "h2c" }, {}],
    [
      "keep an upgrade to WebSocket",
      { connection: "Upgrade", upgrade: "websocket" },
      { upgrade: "websocket" },
    ],
    ["drop what only the edge may say", { "lintel-upstream": "http://evil", "lintel-client": "x" }, {}],
  ])("%s", (_, given, expected) => {
    expect(sent(given)).toEqual({ ...ALWAYS, ...expected });
  });
});

describe("the request id", () => {
  it("is the client's where that is sane", () => {
    expect(requestIdOf(new Headers({ "x-request-id": "abc-123" }))).toBe("abc-123");
  });
  test.each([["<script>"], ["a b"], ["x".repeat(129)], [""]])("is a new one in place of %j", (given) => {
    expect(requestIdOf(new Headers({ "x-request-id": given }))).toMatch(/^[0-9a-f]{32}$/);
  });
});

it("cleans a response of what belongs to the connection, and signs and dates it", () => {
  const headers = new Headers({
    connection: "close, x-hop",
    "x-hop": "1",
    "lintel-gateway-fault": "dial",
    server: "Apache",
    "content-type": "text/plain",
  });
  headers.append("set-cookie", "a=1");
  headers.append("set-cookie", "b=2");
  finishResponseHeaders(headers, () => 0);
  expect([...headers]).toEqual([
    ["content-type", "text/plain"],
    ["date", "Thu, 01 Jan 1970 00:00:00 GMT"],
    ["server", "lintel"],
    ["set-cookie", "a=1"],
    ["set-cookie", "b=2"],
  ]);
  headers.set("date", "Fri, 02 Jan 1970 00:00:00 GMT");
  finishResponseHeaders(headers, () => 0);
  expect(headers.get("date")).toBe("Fri, 02 Jan 1970 00:00:00 GMT");
});
