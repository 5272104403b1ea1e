import { describe, expect, it } from "vitest";
import type { DnsPlugin } from "../../../../contract/index.ts";
import { fromBase64Url } from "../../../../worker/dns/doh/base64url.ts";
import type { PluginPlatform } from "../../../../worker/dns/plugins.ts";
import { createResponder } from "../../../../worker/dns/responder.ts";
import type { Visibility } from "../../../../worker/dns/resolver.ts";
import { createResolver } from "../../../../worker/dns/servers.ts";
import { decodeMessage } from "../../../../worker/dns/wire/decode.ts";
import { MessageEncoder } from "../../../../worker/dns/wire/encode.ts";
import type { Message } from "../../../../worker/dns/wire/message.ts";
import { nameFromText } from "../../../../worker/dns/wire/name-text.ts";
import { hexOf, octetsOf, queryFor } from "../support/messages.ts";
import { PLATFORM } from "../support/platform.ts";
import { viewWith } from "../support/servers.ts";
import { messageLines, questionOf } from "../support/zone-text.ts";

type Forward = Extract<DnsPlugin, { plugin: "forward" }>;

const FORWARD: Forward = {
  plugin: "forward",
  from: ".",
  except: ["corp.example"],
  to: [{ url: "https://one.example/dns-query" }, { url: "https://two.example/dns-query" }],
  policy: "sequential",
};

interface Asked {
  readonly url: string;
  readonly init: RequestInit | undefined;
}

type Upstream = (query: Message, asked: Asked) => Response | Promise<Response>;

const WWW = { name: nameFromText("www.example."), ttl: 300, type: "A", address: "192.0.2.1" } as const;

function message(query: Message, fields: Partial<Message> = {}): Message {
  return { ...query, response: true, recursionAvailable: true, answers: [WWW], edns: undefined, ...fields };
}

function dnsResponse(octets: Uint8Array): Response {
  return new Response(Uint8Array.from(octets), { headers: { "content-type": "application/dns-message" } });
}

function answering(fields: Partial<Message> = {}): Upstream {
  return (query) => dnsResponse(new MessageEncoder().encode(message(query, fields)));
}

/** An edge that forwards to resolvers by their host; those not named cannot be reached. */
function edge(
  upstreams: Record<string, Upstream>,
  config: Partial<Forward> = {},
  responses?: PluginPlatform["responses"],
) {
  const asked: Asked[] = [];
  let now = 1_000_000;
  let isLate = false;
  const background: Promise<unknown>[] = [];
  const respond = createResponder(
    createResolver({
      ...PLATFORM,
      now: () => now,
      responses,
      waitUntil: (work) => {
        background.push(work);
      },
      delay: () => (isLate ? Promise.resolve() : new Promise<void>(() => undefined)),
      fetch: async (input, init) => {
        const url = typeof input === "string" ? input : input.url;
        asked.push({ url, init });
        const upstream = upstreams[new URL(url).hostname];
        if (upstream === undefined) throw new TypeError("network");
        const octets =
          init?.method === "GET"
            ? fromBase64Url(new URL(url).searchParams.get("dns") ?? "")
            : (init?.body as Uint8Array);
        return upstream(decodeMessage(octets ?? new Uint8Array()), { url, init });
      },
    }),
  );
  const view = viewWith([{ ...FORWARD, ...config }]);
  return {
    asked,
    wait: (ms: number) => (now += ms),
    late: () => (isLate = true),
    idle: () => Promise.all(background),
    hosts: () => asked.map(({ url }) => new URL(url).hostname),
    ask: async (question: string, fields: Partial<Message> = {}, visible: Visibility = { forward: true }) => {
      const asker = { client: { address: "203.0.113.9" }, visible };
      const reply = await respond(queryFor([questionOf(question)], fields), asker, () => view);
      return decodeMessage(reply.octets);
    },
  };
}

const EDNS = { payloadSize: 1232, version: 0, dnssecOk: false, options: [] };

describe("forward", () => {
  it("passes on what the resolver answers, as one that recurses", async () => {
    const { ask, hosts } = edge({ "one.example": answering() });
    const answer = await ask("www.example. A");
    expect(messageLines(answer)).toEqual(["NOERROR", "> www.example. 300 A 192.0.2.1"]);
    expect(answer).toMatchObject({ recursionAvailable: true, authoritative: false });
    expect(hosts()).toEqual(["one.example"]);
  });

  it("asks without telling who asks: ID 0, padded, no client subnet", async () => {
    const { ask, asked } = edge({ "one.example": answering() });
    const subnet = { code: 8, data: octetsOf("0001 1800 c00002") };
    await ask("www.example. A", { id: 77, edns: { ...EDNS, dnssecOk: true, options: [subnet] } });
    const init = asked[0]?.init;
    expect(init).toMatchObject({
      method: "POST",
      redirect: "manual",
      headers: { accept: "application/dns-message", "content-type": "application/dns-message" },
    });
    const body = init?.body as Uint8Array;
    expect(body.length).toBe(128);
    const query = decodeMessage(body);
    expect(query).toMatchObject({ id: 0, recursionDesired: true, edns: { dnssecOk: true } });
    expect(query.edns?.options.map(({ code }) => code)).toEqual([12]);
  });

  it("asks with GET where POST is not allowed", async () => {
    const { ask, asked } = edge({
      "one.example": (query, { init }) =>
        init?.method === "POST" ? new Response(null, { status: 405 }) : answering()(query, { url: "", init }),
    });
    expect(messageLines(await ask("www.example. A"))).toEqual(["NOERROR", "> www.example. 300 A 192.0.2.1"]);
    expect(asked.map(({ init }) => init?.method)).toEqual(["POST", "GET"]);
  });

  it.each([
    ["NXDOMAIN", { rcode: 3, answers: [] }, ["NXDOMAIN"]],
    ["SERVFAIL", { rcode: 2, answers: [] }, ["SERVFAIL"]],
    ["codes between neighbours are a failure", { rcode: 23, answers: [], edns: EDNS }, ["SERVFAIL"]],
  ])("passes on %s", async (_, fields, lines) => {
    const { ask, hosts } = edge({ "one.example": answering(fields), "two.example": answering() });
    expect(messageLines(await ask("www.example. A"))).toEqual(lines);
    expect(hosts()).toEqual(["one.example"]);
  });

  it("passes on why (RFC 8914)", async () => {
    const reason = { code: 15, data: octetsOf("0006 626f677573") };
    const { ask } = edge({
      "one.example": answering({ rcode: 2, answers: [], edns: { ...EDNS, options: [reason] } }),
    });
    const { edns } = await ask("www.example. A", { edns: EDNS });
    expect(edns?.options.map(({ code, data }) => [code, hexOf(data)])).toEqual([[15, "0006626f677573"]]);
  });

  const broken: readonly (readonly [string, Upstream])[] = [
    ["cannot be reached", () => Promise.reject(new TypeError("network"))],
    ["answers with an error of HTTP", () => new Response("no", { status: 503 })],
    ["leads elsewhere", () => Response.redirect("https://10.0.0.1/dns-query", 307)],
    [
      "answers with something else",
      () => new Response("<html>", { headers: { "content-type": "text/html" } }),
    ],
    ["answers with no message", () => dnsResponse(octetsOf("0000 8180 00"))],
    ["answers with more than a message", () => dnsResponse(new Uint8Array(70_000))],
    [
      "answers another name",
      (query) =>
        dnsResponse(
          new MessageEncoder().encode(message({ ...query, questions: [questionOf("www.evil. A")] })),
        ),
    ],
    [
      "answers another type",
      (query) =>
        dnsResponse(
          new MessageEncoder().encode(message({ ...query, questions: [questionOf("www.example. AAAA")] })),
        ),
    ],
    ["answers no question", answering({ questions: [] })],
    ["answers another ID", answering({ id: 9 })],
    ["sends a query back", answering({ response: false })],
    ["answers in part", answering({ truncated: true })],
  ];

  it.each(broken)("asks the next resolver where one %s", async (_, upstream) => {
    const { ask, hosts } = edge({ "one.example": upstream, "two.example": answering() });
    expect(messageLines(await ask("www.example. A"))).toEqual(["NOERROR", "> www.example. 300 A 192.0.2.1"]);
    expect(hosts()).toEqual(["one.example", "two.example"]);
  });

  it("asks a resolver that failed last for a while", async () => {
    let isDown = true;
    const { ask, hosts, wait, asked } = edge({
      "one.example": (query, how) => (isDown ? new Response(null, { status: 500 }) : answering()(query, how)),
      "two.example": answering(),
    });
    await ask("www.example. A");
    isDown = false;
    asked.length = 0;
    await ask("www.example. A");
    expect(hosts()).toEqual(["two.example"]);
    wait(5_001);
    await ask("www.example. A");
    expect(hosts()).toEqual(["two.example", "one.example"]);
  });

  it("takes turns", async () => {
    const upstreams = { "one.example": answering(), "two.example": answering() };
    const { ask, hosts } = edge(upstreams, { policy: "round_robin" });
    for (let i = 0; i < 4; i++) await ask("www.example. A");
    expect(hosts()).toEqual(["one.example", "two.example", "one.example", "two.example"]);
  });

  it("fails where no resolver answers, and says so", async () => {
    const { ask } = edge({});
    const answer = await ask("www.example. A", { edns: EDNS });
    expect(messageLines(answer)).toEqual(["SERVFAIL"]);
    expect(answer.edns?.options.map(({ code, data }) => [code, hexOf(data)])).toEqual([[15, "0017"]]);
  });

  it("does not wait for a resolver for ever", async () => {
    const { ask, late, asked } = edge({
      "one.example": () => new Promise(() => undefined),
      "two.example": () => new Promise(() => undefined),
    });
    late();
    expect(messageLines(await ask("www.example. A"))).toEqual(["SERVFAIL"]);
    expect(asked.map(({ init }) => init?.signal?.aborted)).toEqual([true, true]);
  });

  it.each([
    "https://10.0.0.1/dns-query",
    "https://[::1]/",
    "https://dns.svc.cluster.local/",
    "https://resolver/",
  ])("never asks %s", async (url) => {
    const { ask, asked } = edge({ [new URL(url).hostname]: answering() }, { to: [{ url }] });
    const answer = await ask("www.example. A", { edns: EDNS });
    expect(messageLines(answer)).toEqual(["SERVFAIL"]);
    expect(answer.edns?.options.map(({ data }) => hexOf(data))).toEqual(["0016"]);
    expect(asked).toEqual([]);
  });

  it.each([
    ["names that are excepted", "www.corp.example. A", { forward: true }],
    ["for somebody who may not", "www.example. A", { forward: false }],
  ])("does not ask: %s", async (_, question, visible) => {
    const { ask, asked } = edge({ "one.example": answering() });
    expect(messageLines(await ask(question, {}, visible))).toEqual(["REFUSED"]);
    expect(asked).toEqual([]);
  });

  it("writes compressed names of data in full", async () => {
    // a mail exchanger: `10 mail.example.` by a pointer
    const octets = octetsOf(`
      0000 8180 0001 0001 0000 0000
      03 777777 07 6578616d706c65 00 000f 0001
      c00c 000f 0001 0000012c 0009  000a 04 6d61696c c010
    `);
    const { ask } = edge({ "one.example": () => dnsResponse(octets) });
    expect(messageLines(await ask("www.example. MX"))).toEqual([
      "NOERROR",
      String.raw`> www.example. 300 TYPE15 \# 16 000a046d61696c076578616d706c6500`,
    ]);
  });

  it("with data that is none is no answer", async () => {
    // a mail exchanger that is cut short
    const octets = octetsOf(`
      0000 8180 0001 0001 0000 0000
      03 777777 07 6578616d706c65 00 000f 0001
      c00c 000f 0001 0000012c 0003  000a c0
    `);
    const { ask } = edge({ "one.example": () => dnsResponse(octets) });
    expect(messageLines(await ask("www.example. MX"))).toEqual(["SERVFAIL"]);
  });
});

describe("the platform's cache", () => {
  /** As the platform has one, in memory. */
  function storeOf(kept: Map<string, Response>) {
    const urlOf = (key: RequestInfo | URL) =>
      typeof key === "string" ? key : key instanceof URL ? key.href : key.url;
    return {
      match: (key: RequestInfo | URL) => Promise.resolve(kept.get(urlOf(key))?.clone()),
      put: (key: RequestInfo | URL, response: Response) => {
        kept.set(urlOf(key), response);
        return Promise.resolve();
      },
      delete: () => Promise.resolve(false),
    };
  }

  it("gives other isolates what one was answered, with the TTL that is left", async () => {
    const kept = new Map<string, Response>();
    const first = edge({ "one.example": answering() }, {}, storeOf(kept));
    expect(messageLines(await first.ask("www.example. A"))).toEqual([
      "NOERROR",
      "> www.example. 300 A 192.0.2.1",
    ]);
    await first.idle();
    const second = edge({}, {}, storeOf(kept));
    second.wait(100_500);
    const answer = await second.ask("WWW.example. A");
    expect(messageLines(answer)).toEqual(["NOERROR", "> www.example. 200 A 192.0.2.1"]);
    expect(answer.recursionAvailable).toBe(true);
    second.wait(199_500);
    expect(messageLines(await second.ask("www.example. A"))).toEqual(["SERVFAIL"]);
  });

  it.each([
    ["another type", "www.example. AAAA", {}, {}],
    ["another name", "mail.example. A", {}, {}],
    ["DO", "www.example. A", { edns: { ...EDNS, dnssecOk: true } }, {}],
    ["other resolvers", "www.example. A", {}, { to: [{ url: "https://two.example/dns-query" }] }],
  ])("is not asked for %s", async (_, question, fields, config) => {
    const kept = new Map<string, Response>();
    const first = edge({ "one.example": answering() }, {}, storeOf(kept));
    await first.ask("www.example. A");
    await first.idle();
    const second = edge({}, config, storeOf(kept));
    expect(messageLines(await second.ask(question, fields))).toEqual(["SERVFAIL"]);
  });

  it("tells nobody who may not ask others", async () => {
    const kept = new Map<string, Response>();
    const first = edge({ "one.example": answering() }, {}, storeOf(kept));
    await first.ask("www.example. A");
    await first.idle();
    expect(messageLines(await first.ask("www.example. A", {}, { forward: false }))).toEqual(["REFUSED"]);
  });

  it("keeps no failures, and no names in its keys", async () => {
    const kept = new Map<string, Response>();
    const failing = edge({ "one.example": answering({ rcode: 2, answers: [] }) }, {}, storeOf(kept));
    await failing.ask("www.example. A");
    await failing.idle();
    expect(kept.size).toBe(0);
    const working = edge({ "one.example": answering() }, {}, storeOf(kept));
    await working.ask("www.example. A");
    await working.idle();
    expect([...kept.keys()]).toEqual([
      expect.stringMatching(/^https:\/\/dns\.lintel\.invalid\/[0-9a-f]{64}$/),
    ]);
  });

  it("may fail", async () => {
    const broken = { ...storeOf(new Map()), match: () => Promise.reject(new Error("no cache")) };
    const { ask } = edge({ "one.example": answering() }, {}, broken);
    expect(messageLines(await ask("www.example. A"))).toEqual(["NOERROR", "> www.example. 300 A 192.0.2.1"]);
  });
});
