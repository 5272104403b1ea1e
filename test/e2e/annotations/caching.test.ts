/** `lintel.dev/cache` and `lintel purge`, over sockets. */
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from "vitest";
import { type Answer, type Ask, eventually, get } from "../support/client.ts";
import { run, up, type Up } from "../support/lintel.ts";
import { hostOf } from "../support/annotated.ts";
import { service } from "../support/objects.ts";
import { Pod } from "../support/pods.ts";

let lintel: Up;
let pod: Pod;
/** Paths of the requests that reached the pod. */
let reached: string[];
beforeEach(() => {
  reached = [];
});

beforeAll(async () => {
  let served = 0;
  // Headers of the response are those that the query names; the body counts.
  pod = await Pod.start("web", (request, response) => {
    const url = new URL(request.url ?? "", "http://pod");
    reached.push(url.pathname);
    for (const [name, value] of url.searchParams) response.setHeader(name, value);
    response.setHeader("x-count", ++served);
    const tag = url.searchParams.get("etag");
    if (tag !== null && request.headers["if-none-match"] === tag) {
      response.writeHead(304).end();
      return;
    }
    const size = Number(url.searchParams.get("x-size") ?? 0);
    const body = `${served} ${"x".repeat(size)}`;
    if (url.searchParams.has("content-encoding")) {
      const encoded = gzipSync(body);
      if (url.searchParams.has("x-length")) response.setHeader("content-length", encoded.length);
      response.end(encoded);
      return;
    }
    if (url.searchParams.has("x-chunked")) response.write(body.slice(0, 1));
    else response.setHeader("content-length", body.length);
    response.end(url.searchParams.has("x-chunked") ? body.slice(1) : body);
  });
  lintel = await up({
    "all.json": [
      hostOf("cached.test", "web", { "lintel.dev/cache": "ttl=60s" }),
      hostOf("stale.test", "web", { "lintel.dev/cache": "stale-while-revalidate=1m, stale-if-error=1m" }),
      hostOf("other.test", "web", { "lintel.dev/cache": "ttl=60s" }),
      hostOf("plain.test", "web", {}),
      ...service("web", [pod.port]),
    ],
  });
});
afterAll(async () => {
  await lintel.close();
  await pod.close();
});

const countOf = (path: string) => reached.filter((each) => each === path.replace(/\?.*/, "")).length;

const ask = (path: string, how: Ask = {}, host = "cached.test") => get(lintel.http, host, path, how);
const statusOf = async (path: string, how?: Ask, host?: string) =>
  (await ask(path, how, host)).headers["cache-status"];

/** Asks until the response comes out of the cache, where it is put behind the first one. */
const untilHit = (path: string, how?: Ask, host?: string) =>
  eventually(
    () => ask(path, how, host),
    ({ headers }) => String(headers["cache-status"]).includes("hit"),
  );

describe("a response that may be kept", () => {
  it("reaches the pod once, and says how old it is", async () => {
    const first = await ask("/once?cache-control=max-age%3D60");
    expect(first.headers["cache-status"]).toBe("lintel; fwd=uri-miss; stored");
    const again = await untilHit("/once?cache-control=max-age%3D60");
    expect(again.body).toBe(first.body);
    expect(again.headers["cache-status"]).toMatch(/^lintel; hit; ttl=(?:5\d|60)$/);
    expect(Number(again.headers.age)).toBeLessThan(10);
    expect(again.headers["content-length"]).toBe(String(first.body.length));
    const before = countOf("/once");
    expect((await ask("/once?cache-control=max-age%3D60")).body).toBe(first.body);
    expect(countOf("/once")).toBe(before);
  });

  test.each([
    ["of a length that is not announced", "/chunked?x-chunked=1&x-size=100000"],
    ["of a megabyte", "/large?x-size=1000000"],
  ])("%s comes back whole", async (_, path) => {
    const first = await ask(path);
    const again = await untilHit(path);
    expect(again.body.slice(-10)).toBe("xxxxxxxxxx");
    expect(again.bytes.length).toBe(first.bytes.length);
  });

  test.each([
    ["of a length that is not announced", ""],
    ["of one that is", "&x-length=1"],
  ])("that is encoded comes back as it was: %s", async (_, more) => {
    const path = `/gzip?content-encoding=gzip&etag=%22z%22&cache-control=max-age%3D0${more}`;
    const headers = { "accept-encoding": "gzip" };
    const first = await ask(path, { headers });
    // Out of the cache, and into it once more.
    for (let i = 0; i < 2; i++) {
      const again = await eventually(
        () => ask(path, { headers }),
        (answer) => String(answer.headers["cache-status"]).includes("fwd-status=304"),
      );
      expect(again.headers["content-encoding"]).toBe("gzip");
      expect(String(gunzipSync(again.bytes))).toBe(String(gunzipSync(first.bytes)));
    }
    const hit = await untilHit(path.replace("max-age%3D0", "max-age%3D60"), { headers });
    expect(String(gunzipSync(hit.bytes))).toBe(`${String(hit.headers["x-count"])} `);
  });

  it("is validated with its entity tag, and a client that has it gets 304", async () => {
    const path = "/tagged?cache-control=max-age%3D0&etag=%22v1%22";
    const first = await ask(path);
    const again = await eventually(
      () => ask(path),
      ({ headers }) => String(headers["cache-status"]).includes("fwd-status=304"),
    );
    expect([again.status, again.body]).toEqual([200, first.body]);
    const had = await ask(path, { headers: { "if-none-match": `W/"v1"` } });
    expect([had.status, had.body, had.headers.etag]).toEqual([304, "", '"v1"']);
  });

  it("is served stale while it is fetched anew", async () => {
    const path = "/fast?cache-control=max-age%3D0&etag=%22v1%22";
    const first = await ask(path, {}, "stale.test");
    const stale = await untilHit(path, {}, "stale.test");
    expect([stale.body, stale.headers["cache-status"]]).toEqual([
      first.body,
      expect.stringMatching(/^lintel; hit; ttl=-/),
    ]);
    const isAnew = ({ headers }: Answer) => headers["x-count"] !== first.headers["x-count"];
    const anew = await eventually(() => ask(path, {}, "stale.test"), isAnew);
    expect(anew.headers["cache-status"]).toContain("hit");
  });
});

describe("a response that may not be kept", () => {
  test.each([
    ["private", "/a?cache-control=private,max-age%3D60", {}],
    ["no-store", "/b?cache-control=no-store", {}],
    ["with a cookie", "/c?set-cookie=a%3D1", {}],
    ["to a request with credentials", "/d?cache-control=max-age%3D60", { authorization: "Bearer x" }],
    ["that nothing declares harmless, to a request with cookies", "/e", { cookie: "session=1" }],
  ])("%s reaches the pod each time", async (_, path, headers) => {
    for (let i = 0; i < 3; i++) expect(await statusOf(path, { headers })).toBe("lintel; fwd=uri-miss");
    expect(countOf(path)).toBe(3);
  });

  it("is that of a route without the annotation", async () => {
    for (let i = 0; i < 2; i++) {
      expect(await statusOf("/p?cache-control=max-age%3D60", {}, "plain.test")).toBeUndefined();
    }
    expect(countOf("/p")).toBe(2);
  });
});

describe("lintel purge", () => {
  const purge = (...args: string[]) => {
    const url = `http://127.0.0.1:${lintel.http}`;
    return run(["purge", "--edge-url", url, "--keys", join(lintel.state, "keys"), ...args]);
  };

  it("makes a path of one host forgotten, and nothing else", async () => {
    const kept = await Promise.all(
      [
        ["/purged?q=1", "cached.test"],
        ["/kept", "cached.test"],
        ["/purged?q=1", "other.test"],
      ].map(async ([path = "", host]) => [path, host, (await untilHit(path, {}, host)).body] as const),
    );
    const { code, stdout, stderr } = await purge("--host", "cached.test", "--path", "/purged");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("purged cached.test/purged");
    const after = await Promise.all(kept.map(([path, host]) => ask(path, {}, host)));
    expect(after.map(({ body }, i) => body === kept[i]?.[2])).toEqual([false, true, true]);
  });

  it("of a host forgets all of it", async () => {
    const { body } = await untilHit("/whole");
    expect((await purge("--host", "CACHED.test")).code).toBe(0);
    expect((await ask("/whole")).body).not.toBe(body);
  });

  it("is refused without the signing key, and says so", async () => {
    const { code, stdout } = await run(["keys", "--out", join(lintel.folder, "..", "others")]);
    expect([code, stdout]).toEqual([0, expect.stringContaining("signing.key")]);
    const refused = await purge("--all", "--keys", join(lintel.folder, "..", "others"));
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("answered 422");
  });
});
