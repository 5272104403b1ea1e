/** RFC 8484, request by request. */
import { describe, expect, it } from "vitest";
import type { ServiceRecord } from "../../../contract/index.ts";
import { createDohHandler } from "../../../worker/dns/doh.ts";
import { decodeMessage } from "../../../worker/dns/wire/decode.ts";
import { MessageEncoder } from "../../../worker/dns/wire/encode.ts";
import type { SnapshotView } from "../../../worker/snapshot/view.ts";
import { CLUSTER } from "./support/cluster.ts";
import { queryFor } from "./support/messages.ts";
import { PLATFORM } from "./support/platform.ts";
import { viewOf } from "./support/snapshot.ts";
import { messageLines, questionOf } from "./support/zone-text.ts";

const ORIGIN = "https://edge.lintel.test";
const MEDIA_TYPE = "application/dns-message";
const STRANGER = { address: "203.0.113.9" };

const VIEW = viewOf(CLUSTER);
const handle = createDohHandler({ access: "public", token: undefined }, PLATFORM);

function queryOctets(question: string): Uint8Array<ArrayBuffer> {
  return new MessageEncoder().encode(queryFor([questionOf(question)], { id: 0x1234 }));
}

function base64url(octets: Uint8Array): string {
  const binary = Array.from(octets, (octet) => String.fromCharCode(octet)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const WEB = queryOctets("web.shop.svc.cluster.local. A");

function get(path = `/dns-query?dns=${base64url(WEB)}`, init: RequestInit = {}): Request {
  return new Request(ORIGIN + path, init);
}

function post(
  body: BodyInit | null,
  headers: Record<string, string> = { "content-type": MEDIA_TYPE },
): Request {
  return new Request(`${ORIGIN}/dns-query`, { method: "POST", body, headers });
}

async function send(request: Request, view: SnapshotView | undefined = VIEW): Promise<Response> {
  return handle(request, STRANGER, () => view);
}

async function lines(response: Response): Promise<string[]> {
  return messageLines(decodeMessage(new Uint8Array(await response.arrayBuffer())));
}

const ANSWER = ["NOERROR", "> web.shop.svc.cluster.local. 5 A 10.96.0.20"];

describe("questions", () => {
  it("GET", async () => {
    const response = await send(get());
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe(MEDIA_TYPE);
    expect(response.headers.get("cache-control")).toBe("private, max-age=5");
    const octets = new Uint8Array(await response.arrayBuffer());
    expect(response.headers.get("content-length")).toBe(octets.length.toString());
    const message = decodeMessage(octets);
    expect(message.id).toBe(0x1234);
    expect(messageLines(message)).toEqual(ANSWER);
  });

  it("POST", async () => {
    const response = await send(post(WEB));
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe(MEDIA_TYPE);
    expect(response.headers.get("cache-control")).toBe("private, max-age=5");
    expect(await lines(response)).toEqual(ANSWER);
  });

  it("POST with a parameter and another case in the media type", async () => {
    const response = await send(post(WEB, { "content-type": "Application/DNS-Message; charset=binary" }));
    expect(await lines(response)).toEqual(ANSWER);
  });

  it("POST in chunks, without a length", async () => {
    const parts = [WEB.slice(0, 5), WEB.slice(5, 20), WEB.slice(20)];
    const body = new ReadableStream({
      pull(controller) {
        const part = parts.shift();
        if (part === undefined) controller.close();
        else controller.enqueue(part);
      },
    });
    const request = post(body);
    expect(request.headers.get("content-length")).toBeNull();
    expect(await lines(await send(request))).toEqual(ANSWER);
  });

  it("HEAD is GET without the body", async () => {
    const [head, whole] = [await send(get(undefined, { method: "HEAD" })), await send(get())];
    expect(head.status).toBe(200);
    expect(Object.fromEntries(head.headers)).toEqual(Object.fromEntries(whole.headers));
    expect(await head.arrayBuffer()).toHaveProperty("byteLength", 0);
    expect((await whole.arrayBuffer()).byteLength).toBeGreaterThan(0);
  });

  it("a snapshot that is promised", async () => {
    const view = viewOf(CLUSTER, { reads: "later" });
    expect(await lines(await handle(get(), STRANGER, () => Promise.resolve(view)))).toEqual(ANSWER);
  });

  it("answers many at the same time, each its own", async () => {
    const later = viewOf(CLUSTER, { reads: "later" });
    const names = ["web", "dual", "plain", "nobody"];
    const responses = await Promise.all(
      names.map((name) => send(post(queryOctets(`${name}.shop.svc.cluster.local. A`)), later)),
    );
    const answers = await Promise.all(responses.map(lines));
    expect(answers.map(([rcode, record]) => `${rcode} ${record?.split(" ").at(-1)}`)).toEqual([
      "NOERROR 10.96.0.20",
      "NOERROR 10.96.0.30",
      "NOERROR 10.96.0.40",
      "NXDOMAIN 5",
    ]);
  });
});

describe("every DNS answer is a 200, and may be cached as long as its records, by whoever asked", () => {
  it.each([
    ["an answer: the TTL", "web.shop.svc.cluster.local. A", 30, "NOERROR", "private, max-age=30"],
    ["an answer with another TTL", "dns-version.cluster.local. TXT", 30, "NOERROR", "private, max-age=28800"],
    [
      "NODATA: the SOA record's minimum",
      "web.shop.svc.cluster.local. AAAA",
      30,
      "NOERROR",
      "private, max-age=30",
    ],
    [
      "NXDOMAIN: the SOA record's minimum",
      "nobody.shop.svc.cluster.local. A",
      30,
      "NXDOMAIN",
      "private, max-age=30",
    ],
    [
      "NXDOMAIN: the SOA record's TTL where that is less",
      "x.cluster.local. A",
      3600,
      "NXDOMAIN",
      "private, max-age=300",
    ],
    ["the SOA record itself", "cluster.local. SOA", 3600, "NOERROR", "private, max-age=300"],
    ["a TTL of 0", "web.shop.svc.cluster.local. A", 0, "NOERROR", "no-store"],
    ["NXDOMAIN with a TTL of 0", "nobody.shop.svc.cluster.local. A", 0, "NXDOMAIN", "no-store"],
    ["REFUSED", "www.example.com. A", 30, "REFUSED", "no-store"],
    ["a zone transfer", "cluster.local. AXFR", 30, "REFUSED", "no-store"],
    ["class CH", "version.bind. CH TXT", 30, "REFUSED", "no-store"],
  ])("%s", async (_, question, ttl, rcode, cacheControl) => {
    const response = await send(post(queryOctets(question)), viewOf(CLUSTER, { dns: { ttl } }));
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe(cacheControl);
    expect((await lines(response))[0]).toBe(rcode);
  });

  it("an answer too large for a message: cut short, and not cached", async () => {
    const endpoints = Array.from({ length: 5000 }, (_, i) => ({
      address: `10.9.${i >> 8}.${i & 0xff}`,
      ready: true,
    }));
    const subsets = [{ ports: [], endpoints }];
    const crowd: ServiceRecord = { kind: "headless", publishNotReady: false, ports: [], subsets };
    const view = viewOf({ services: { "shop/crowd": crowd } });
    const response = await send(post(queryOctets("crowd.shop.svc.cluster.local. A")), view);
    expect(response.headers.get("cache-control")).toBe("no-store");
    const message = decodeMessage(new Uint8Array(await response.arrayBuffer()));
    expect(message.truncated).toBe(true);
    expect(message.answers.length).toBeGreaterThan(4000);
  });

  it("SERVFAIL before the first snapshot", async () => {
    const response = await handle(get(), STRANGER, () => undefined);
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await lines(response)).toEqual(["SERVFAIL"]);
  });

  it.each([
    ["FORMERR", queryFor([])],
    ["NOTIMP", queryFor([questionOf("a. A")], { opcode: 5 })],
    [
      "BADVERS",
      queryFor([questionOf("a. A")], {
        edns: { payloadSize: 512, version: 1, dnssecOk: false, options: [] },
      }),
    ],
  ])("%s", async (rcode, query) => {
    const response = await send(post(new MessageEncoder().encode(query)));
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await lines(response)).toEqual([rcode]);
  });
});

const LIMIT = 65_535;

describe("requests that are refused", () => {
  it.each<readonly [string, () => Request, number, Record<string, string>]>([
    ["GET without a query", () => get("/dns-query"), 400, {}],
    ["GET with an empty query", () => get("/dns-query?dns="), 400, {}],
    ["GET with two queries", () => get(`/dns-query?dns=${base64url(WEB)}&dns=${base64url(WEB)}`), 400, {}],
    ["base64 with padding", () => get("/dns-query?dns=AAABAAABAAAAAAAAAWEAAAEAAQ=="), 400, {}],
    ["base64 of the other alphabet", () => get("/dns-query?dns=AAA%2FAA"), 400, {}],
    ["base64 of an impossible length", () => get("/dns-query?dns=AAAAA"), 400, {}],
    ["letters that are no base64", () => get("/dns-query?dns=%C3%A4%C3%B6%C3%BC%C3%9F"), 400, {}],
    ["a message that is cut short", () => get(`/dns-query?dns=${base64url(WEB.slice(0, 20))}`), 400, {}],
    ["POST without a body", () => post(null), 400, {}],
    ["POST with an empty body", () => post(new Uint8Array()), 400, {}],
    ["POST with octets that are no message", () => post(new Uint8Array(30).fill(0xff)), 400, {}],
    ["POST with text", () => post("this is not a DNS message"), 400, {}],
    ["POST with octets after the message", () => post(Uint8Array.from([...WEB, 0])), 400, {}],
    ["PUT", () => get(undefined, { method: "PUT" }), 405, { allow: "GET, HEAD, POST" }],
    ["DELETE", () => get(undefined, { method: "DELETE" }), 405, { allow: "GET, HEAD, POST" }],
    ["OPTIONS", () => get(undefined, { method: "OPTIONS" }), 405, { allow: "GET, HEAD, POST" }],
    ["POST of 65,536 octets", () => post(new Uint8Array(LIMIT + 1)), 413, {}],
    ["POST of 65,536 octets in chunks", () => post(new Blob([new Uint8Array(LIMIT + 1)]).stream()), 413, {}],
    [
      "GET of 65,536 octets",
      () => get(`/dns-query?dns=${"A".repeat(Math.ceil(((LIMIT + 1) * 4) / 3))}`),
      413,
      {},
    ],
    [
      "POST of JSON",
      () => post("{}", { "content-type": "application/json" }),
      415,
      { "accept-post": MEDIA_TYPE },
    ],
    [
      "POST of a form",
      () => post("dns=AAAA", { "content-type": "application/x-www-form-urlencoded" }),
      415,
      {},
    ],
    ["POST of a longer media type", () => post(WEB, { "content-type": `${MEDIA_TYPE}+json` }), 415, {}],
    ["another path", () => get("/dns-queries?dns=AAAA"), 404, {}],
    ["a path below a token", () => get("/dns-query/a/b?dns=AAAA"), 404, {}],
  ])("%s", async (_, request, status, headers) => {
    const response = await send(request());
    expect(response.status).toBe(status);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      ...headers,
      "cache-control": "no-store",
      "content-type": "text/plain; charset=utf-8",
    });
    expect(await response.text()).toMatch(new RegExp(`^${status} [A-Z]`));
  });

  it("POST of octets without a media type", async () => {
    const request = post(WEB);
    request.headers.delete("content-type");
    expect((await send(request)).status).toBe(415);
  });

  it("takes a message of 65,535 octets", async () => {
    // A question, and an EDNS option that fills the message up.
    const data = new Uint8Array(LIMIT - WEB.length - 11 - 4);
    const edns = { payloadSize: 512, version: 0, dnssecOk: false, options: [{ code: 65_001, data }] };
    const question = questionOf("web.shop.svc.cluster.local. A");
    const octets = new MessageEncoder().encode(queryFor([question], { edns }));
    expect(octets).toHaveLength(LIMIT);
    expect(await lines(await send(post(octets)))).toEqual(ANSWER);
    expect(await lines(await send(get(`/dns-query?dns=${base64url(octets)}`)))).toEqual(ANSWER);
  });

  it("stops reading a body that is too long", async () => {
    let chunks = 0;
    let cancelled = false;
    const body = new ReadableStream({
      pull(controller) {
        chunks++;
        controller.enqueue(new Uint8Array(16_384));
      },
      cancel() {
        cancelled = true;
      },
    });
    expect((await send(post(body))).status).toBe(413);
    expect(cancelled).toBe(true);
    expect(chunks).toBeLessThan(10);
  });
});

describe("errors that are nobody's request", () => {
  it("are not hidden behind an answer", async () => {
    const broken = handle(get(), STRANGER, () => Promise.reject(new TypeError("a mistake")));
    await expect(broken).rejects.toThrow(TypeError);
  });
});

describe("access", () => {
  const TOKEN = "s3cret/tökén";

  async function status(
    access: "loopback" | "token" | "public",
    token: string | undefined,
    request: { address?: string; authorization?: string; path?: string },
  ): Promise<Response> {
    const { address = STRANGER.address, authorization, path = "/dns-query" } = request;
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    return createDohHandler({ access, token }, PLATFORM)(
      get(`${path}?dns=${base64url(WEB)}`, { headers }),
      { address },
      () => VIEW,
    );
  }

  it.each([
    ["127.0.0.1", 200],
    ["127.255.255.254", 200],
    ["::1", 200],
    ["0:0:0:0:0:0:0:1", 200],
    ["::ffff:127.0.0.1", 200],
    ["128.0.0.1", 403],
    ["10.127.0.1", 403],
    ["203.0.113.9", 403],
    ["fe80::1", 403],
    ["::ffff:203.0.113.9", 403],
    ["127.0.0.1.example.com", 403],
    ["", 403],
  ])("loopback: a client at %s gets %d", async (address, expected) => {
    const response = await status("loopback", undefined, { address });
    expect(response.status).toBe(expected);
  });

  it("loopback: a token is no way in", async () => {
    const shown = { authorization: "Bearer token", path: "/dns-query/token" };
    expect((await status("loopback", "token", shown)).status).toBe(403);
    expect((await status("loopback", "token", { ...shown, address: "::1" })).status).toBe(200);
  });

  it("public: everybody, whatever token is shown", async () => {
    expect((await status("public", undefined, {})).status).toBe(200);
    expect((await status("public", "token", { path: "/dns-query/another" })).status).toBe(200);
    expect((await status("public", "token", { path: "/dns-query/%zz" })).status).toBe(200);
  });

  it.each([
    ["in the header", "token", { authorization: "Bearer token" }, 200],
    ["in the header, the scheme in another case", "token", { authorization: "bearer token" }, 200],
    ["in the path", "token", { path: "/dns-query/token" }, 200],
    ["in the path, escaped", TOKEN, { path: `/dns-query/${encodeURIComponent(TOKEN)}` }, 200],
    [
      "in the path, with another in the header",
      "token",
      { path: "/dns-query/token", authorization: "Bearer x" },
      200,
    ],
    [
      "in the header, with another in the path",
      "token",
      { path: "/dns-query/x", authorization: "Bearer token" },
      200,
    ],
    ["none", "token", {}, 401],
    ["an empty one in the path", "token", { path: "/dns-query/" }, 401],
    ["another", "token", { authorization: "Bearer tokem" }, 401],
    ["a part", "token", { authorization: "Bearer toke" }, 401],
    ["more", "token", { authorization: "Bearer tokentoken" }, 401],
    ["another case", "token", { path: "/dns-query/Token" }, 401],
    ["by another scheme", "token", { authorization: "Basic token" }, 401],
    ["none, from loopback", "token", { address: "127.0.0.1" }, 401],
    ["a broken escape", "token", { path: "/dns-query/%zz" }, 401],
  ])("token: %s", async (_, token, request, expected) => {
    const response = await status("token", token, request);
    expect(response.status).toBe(expected);
    if (expected === 401) {
      expect(response.headers.get("www-authenticate")).toMatch(/^Bearer realm="dns-query"/);
      expect(response.headers.get("cache-control")).toBe("no-store");
    }
  });

  it.each([
    ["nothing shown", {}],
    ["an empty token", { authorization: "Bearer ", path: "/dns-query/" }],
    ["the text undefined", { authorization: "Bearer undefined" }],
  ])("token: without a configured one nobody is let in (%s)", async (_, request) => {
    expect((await status("token", undefined, request)).status).toBe(403);
    expect((await status("token", "", request)).status).toBe(403);
  });

  it("is asked for before the query is read", async () => {
    const handle = createDohHandler({ access: "token", token: "token" }, PLATFORM);
    const response = await handle(post(new Uint8Array(LIMIT + 1)), STRANGER, () => VIEW);
    expect(response.status).toBe(401);
  });
});
