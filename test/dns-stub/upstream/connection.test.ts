/** Over real sockets: what a resolver sees of us, and what becomes of what it does. */
import { afterEach, describe, expect, it } from "vitest";
import { Connection, type ConnectionOptions } from "../../../dns-stub/upstream/connection.ts";
import type { UpstreamError } from "../../../dns-stub/upstream/error.ts";
import { addressFinder, rememberingLookup } from "../../../dns-stub/upstream/host-lookup.ts";
import { testAuthority } from "../../embedded-edge/support/tls.ts";
import { DOH_HOST, type DohServer, startDohServer } from "../support/doh-server.ts";

/** On a machine that does other things besides. */
const SOON = { timeout: 10_000 };

const QUERY = Uint8Array.from({ length: 128 }, (_, i) => i);
const TOKEN = "s3cret";

const closings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0).toReversed()) await close();
});

async function server(
  answer: DohServer["answer"] = () => Uint8Array.of(1, 2, 3),
  options: { http2?: boolean } = {},
): Promise<DohServer> {
  const doh = await startDohServer(answer, options);
  closings.push(() => doh.close());
  return doh;
}

function connection(doh: DohServer, options: Partial<ConnectionOptions> = {}): Connection {
  const made = new Connection({
    url: `${doh.url}/${TOKEN}`,
    connect: { host: "127.0.0.1", port: doh.port },
    token: undefined,
    ca: doh.ca,
    lookup: rememberingLookup(addressFinder([])),
    ...options,
  });
  closings.push(() => made.destroy());
  return made;
}

const failureOf = (from: Connection, timeoutMs = 10_000) =>
  from.exchange(QUERY, timeoutMs).then(
    () => "none",
    (error: unknown) => `${(error as UpstreamError).problem}: ${(error as Error).message}`,
  );

describe("a question", () => {
  it.each([
    [true, "2.0"],
    [false, "1.1"],
  ])("goes in the URL, over HTTP/2 where there is (%s)", async (http2, httpVersion) => {
    const doh = await server(undefined, { http2 });
    const { octets, age } = await connection(doh, { token: "b3arer" }).exchange(QUERY, 10_000);
    expect([[...octets], age]).toEqual([[1, 2, 3], 0]);
    expect(doh.requests).toMatchObject([
      { method: "GET", path: `/dns-query/${TOKEN}`, authorization: "Bearer b3arer", httpVersion },
    ]);
    expect([...(doh.requests[0]?.query ?? [])]).toEqual([...QUERY]);
  });

  it("shares its connection with hundreds of others at once", async () => {
    const all = Promise.withResolvers<undefined>();
    const doh = await server(async () => {
      if (doh.requests.length === 300) all.resolve(undefined);
      await all.promise;
      return Uint8Array.of(1);
    });
    const open = connection(doh);
    await Promise.all(Array.from({ length: 300 }, () => open.exchange(QUERY, 20_000)));
    expect(doh.connections).toBe(1);
  });

  it("learns how long the answer was in caches", async () => {
    const doh = await server();
    doh.headers = { age: "17" };
    expect(await connection(doh).exchange(QUERY, 10_000)).toMatchObject({ age: 17 });
  });

  it("is asked anew when the resolver has ended the connection meanwhile", async () => {
    const doh = await server();
    const open = connection(doh);
    await open.exchange(QUERY, 10_000);
    for (const session of doh.sessions) session.close();
    await open.exchange(QUERY, 10_000);
    expect(doh.connections).toBe(2);
  });
});

describe("what is no answer", () => {
  it.each([
    [401, `prohibited: ${DOH_HOST}:PORT does not let us ask: HTTP 401; check the token`],
    [403, `prohibited: ${DOH_HOST}:PORT does not let us ask: HTTP 403; check the token`],
    [404, `unusable: ${DOH_HOST}:PORT is no DoH resolver: HTTP 404; check the URL's path`],
    [302, `unusable: ${DOH_HOST}:PORT is no DoH resolver: HTTP 302; check the URL's path`],
    [429, `failing: ${DOH_HOST}:PORT has a failure: HTTP 429`],
    [503, `failing: ${DOH_HOST}:PORT has a failure: HTTP 503`],
    [undefined, `unreachable: ${DOH_HOST}:PORT cannot be reached: no answer in time`],
  ])("%s", async (given, expected) => {
    const doh = await server(() => given);
    const failure = await failureOf(connection(doh), given === undefined ? 200 : 10_000);
    expect(failure).toBe(expected.replace("PORT", String(doh.port)));
  });

  it.each([
    ["another media type", { "content-type": "text/html" }, Uint8Array.of(1)],
    ["more than a message can be", {}, new Uint8Array(65_536)],
  ])("%s", async (_, headers, octets) => {
    const doh = await server(() => octets);
    doh.headers = headers;
    expect(await failureOf(connection(doh))).toMatch(/^unusable: .*the answer is no DNS message$/);
  });

  it("a connection that breaks", async () => {
    const doh = await server(() => {
      doh.drop();
      return undefined;
    });
    expect(await failureOf(connection(doh))).toMatch(/^unreachable: /);
  });

  it("nobody there", async () => {
    const doh = await server();
    await doh.close();
    closings.pop();
    expect(await failureOf(connection(doh))).toMatch(/^unreachable: .*ECONNREFUSED/);
  });
});

describe("a resolver must prove who it is", () => {
  it("to the authority that is trusted", async () => {
    const doh = await server();
    const { pem } = await testAuthority();
    expect(await failureOf(connection(doh, { ca: pem }))).toMatch(/^unreachable: .*(certificate|signature)/);
    expect(doh.requests).toEqual([]);
  });

  it("under its URL's name, wherever it is dialed", async () => {
    const doh = await server();
    const url = `https://other.test:${doh.port}/dns-query/${TOKEN}`;
    const failure = await failureOf(connection(doh, { url }));
    expect(failure).toMatch(/^unreachable: other\.test:\d+ cannot be reached: .*altnames/);
    expect(failure).not.toContain(TOKEN);
  });
});

it("that is retired lets what is under way end", async () => {
  const release = Promise.withResolvers<undefined>();
  const doh = await server(async () => {
    await release.promise;
    return Uint8Array.of(9);
  });
  const open = connection(doh);
  const answer = open.exchange(QUERY, 10_000);
  await expect.poll(() => doh.requests.length, SOON).toBe(1);
  open.retire();
  release.resolve(undefined);
  expect((await answer).octets).toEqual(Uint8Array.of(9));
});
