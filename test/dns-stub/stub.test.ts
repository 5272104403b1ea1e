/** The whole stub over real sockets, between clients and resolvers of the test's own. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { type DnsStub, startDnsStub, StubError, type StubOptions } from "../../dns-stub/index.ts";
import { decodeMessage } from "../../worker/dns/wire/decode.ts";
import type { Message } from "../../worker/dns/wire/message.ts";
import { nameToText } from "../../worker/dns/wire/name-text.ts";
import { recordText } from "../worker/dns/support/zone-text.ts";
import { type DohServer, startDohServer } from "./support/doh-server.ts";
import { recordingLog } from "./support/log.ts";
import { a, edns, encode, query, responseTo } from "./support/messages.ts";
import { connectTcp } from "./support/tcp-client.ts";

const TOKEN = "s3cret";
const closings: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0).toReversed()) await close();
});

async function doh(answer: DohServer["answer"]): Promise<DohServer> {
  const server = await startDohServer(answer);
  closings.push(() => server.close());
  return server;
}

async function stubFor(servers: readonly DohServer[], options: Partial<StubOptions> = {}): Promise<DnsStub> {
  const stub = await startDnsStub({
    listen: [{ host: "127.0.0.1", port: 0 }],
    resolvers: servers.map(({ url, port }) => ({
      url: `${url}/${TOKEN}`,
      connect: { host: "127.0.0.1", port },
    })),
    token: undefined,
    ca: servers.map(({ ca }) => ca).join("\n"),
    bootstrap: [],
    clients: ["127.0.0.0/8", "::1/128"],
    cacheEntries: 1_000,
    staleSeconds: 1_000,
    logNames: false,
    log: recordingLog(),
    ...options,
  });
  closings.push(() => stub.close());
  return stub;
}

const portOf = (stub: DnsStub, listener = 0) => stub.listening[listener]?.port ?? 0;

async function askUdp(port: number, message: Message, host = "127.0.0.1"): Promise<Message> {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  try {
    const answer = once(socket, "message") as Promise<[Buffer]>;
    socket.send(encode(message), port, host);
    const [octets] = await answer;
    const size = Math.max(message.edns?.payloadSize ?? 0, 512);
    expect(octets.length).toBeLessThanOrEqual(size);
    return decodeMessage(octets);
  } finally {
    socket.close();
  }
}

async function askTcp(port: number, message: Message, host = "127.0.0.1"): Promise<Message> {
  const { socket, send, next } = await connectTcp(port, host);
  try {
    send(encode(message));
    return decodeMessage((await next()) ?? new Uint8Array());
  } finally {
    socket.destroy();
  }
}

const text = ({ rcode, answers }: Message) => [rcode, ...answers.map(recordText)].join(" ");

/** Answers every name with an address that is made of its first label's length. */
const addresses: DohServer["answer"] = ({ query: octets }) => {
  const name = decodeMessage(octets).questions[0]?.name;
  if (name === undefined) return 400;
  return responseTo(octets, { answers: [{ name, ttl: 60, type: "A", address: `10.0.0.${name.wire[0]}` }] });
};

describe("a client is answered", () => {
  it.each([
    ["UDP", "127.0.0.1", 0, askUdp],
    ["TCP", "127.0.0.1", 0, askTcp],
    ["UDP", "::1", 1, askUdp],
    ["TCP", "::1", 1, askTcp],
  ])("over %s on %s", async (_, host, listener, ask) => {
    const listen = [
      { host: "127.0.0.1", port: 0 },
      { host: "::1", port: 0 },
    ];
    const stub = await stubFor([await doh(addresses)], { listen });
    const answer = await ask(portOf(stub, listener), query("Web.shop. A", { id: 4711 }), host);
    expect([answer.id, text(answer)]).toEqual([4711, "0 Web.shop. 60 A 10.0.0.3"]);
  });

  it("in part over UDP, with TC, and in full over TCP", async () => {
    const answers = Array.from({ length: 200 }, (_, i) => a("many.shop.", `10.0.1.${i}`));
    const server = await doh(({ query: octets }) => responseTo(octets, { answers }));
    const port = portOf(await stubFor([server]));
    const counts = async (payloadSize: number) => {
      const {
        truncated,
        answers,
        edns: opt,
      } = await askUdp(port, query("many.shop. A", { edns: edns({ payloadSize }) }));
      return [truncated, answers.length, opt !== undefined];
    };
    expect(await askUdp(port, query("many.shop. A"))).toMatchObject({ truncated: true, edns: undefined });
    expect(await counts(1_232)).toEqual([true, 74, true]);
    expect(await counts(4_096)).toEqual([false, 200, true]);
    const whole = await askTcp(port, query("many.shop. A"));
    expect([whole.truncated, whole.answers.length]).toEqual([false, 200]);
    expect(server.requests).toHaveLength(1);
  });

  it("at once with what needs no resolver", async () => {
    const server = await doh(addresses);
    const port = portOf(await stubFor([server]));
    expect((await askTcp(port, query("shop. A", { opcode: 5 }))).rcode).toBe(4);
    expect((await askUdp(port, query("shop. A", { edns: edns({ version: 1 }) }))).rcode).toBe(16);
    expect((await askUdp(port, { ...query("shop. A"), questions: [] })).rcode).toBe(1);
    expect(server.requests).toEqual([]);
  });
});

it("every client gets its own ID, name and spelling back, whatever the order of the answers", async () => {
  const spelling = fc.stringMatching(/^[a-fA-F]{1,3}$/);
  const asking = fc.record({
    id: fc.nat(0xffff),
    label: spelling,
    tcp: fc.boolean(),
    dnssecOk: fc.boolean(),
  });
  const turns: (() => void)[] = [];
  const server = await doh(async (request) => {
    // Answers wait for another question to come, or a turn of the loop.
    const { promise, resolve } = Promise.withResolvers<undefined>();
    turns.unshift(() => resolve(undefined));
    setImmediate(() => turns.splice(Math.floor(turns.length / 2), 1)[0]?.());
    await promise;
    return addresses(request);
  });
  await fc.assert(
    fc.asyncProperty(fc.array(asking, { minLength: 1, maxLength: 40 }), async (queries) => {
      const stub = await stubFor([server], { cacheEntries: 0 });
      const port = portOf(stub);
      const tcp = await connectTcp(port);
      const sent = queries.map(({ id, label, dnssecOk }) =>
        query(`${label}.shop. A`, { id, edns: dnssecOk ? edns({ dnssecOk }) : undefined }),
      );
      const pipelined = sent.filter((_, i) => queries[i]?.tcp === true);
      for (const message of pipelined) tcp.send(encode(message));
      const overUdp = await Promise.all(
        sent
          .filter((_, i) => queries[i]?.tcp === false)
          .map(async (message) => ({ message, answer: await askUdp(port, message) })),
      );
      const identity = ({ id, questions }: Message) =>
        `${id} ${questions.map(({ name }) => nameToText(name)).join()}`;
      for (const { message, answer } of overUdp) expect(identity(answer)).toBe(identity(message));
      const answers: string[] = [];
      while (answers.length < pipelined.length) {
        const message = decodeMessage((await tcp.next()) ?? new Uint8Array());
        expect(message.answers[0]?.name).toEqual(message.questions[0]?.name);
        answers.push(identity(message));
      }
      expect(answers.toSorted()).toEqual(pipelined.map(identity).toSorted());
      tcp.socket.destroy();
      await stub.close();
    }),
    { numRuns: 25 },
  );
});

describe("when a resolver goes", () => {
  it("another is asked, and the first again when it is back", async () => {
    let isUp = true;
    const first = await doh((request) => (isUp ? addresses(request) : 503));
    const second = await doh(addresses);
    const log = recordingLog();
    const port = portOf(await stubFor([first, second], { cacheEntries: 0, log }));
    isUp = false;
    expect(text(await askUdp(port, query("a. A")))).toBe("0 a. 60 A 10.0.0.1");
    await askUdp(port, query("b. A"));
    expect([first.requests.length, second.requests.length]).toEqual([1, 2]);
    isUp = true;
    await expect
      .poll(
        async () => {
          await askUdp(port, query("c. A"));
          return log.text();
        },
        { timeout: 10_000 },
      )
      .toContain("answers again");
    const before = second.requests.length;
    await askUdp(port, query("d. A"));
    expect(second.requests.length).toBe(before);
  });

  it("what is known stays, what is not is SERVFAIL with the reason, and it recovers", async () => {
    let isUp = true;
    const server = await doh(({ query: octets }) =>
      isUp ? responseTo(octets, { answers: [a("a.", "10.0.0.1", 1)] }) : 503,
    );
    const log = recordingLog();
    const port = portOf(await stubFor([server], { log }));
    await askUdp(port, query("a. A"));
    isUp = false;
    const withEdns = (question: string) => query(question, { edns: edns() });
    await expect
      .poll(async () => text(await askUdp(port, withEdns("a. A"))), { timeout: 10_000 })
      .toBe("0 a. 30 A 10.0.0.1");
    const failed = await askUdp(port, withEdns("b. A"));
    expect([failed.rcode, failed.edns?.options[0]?.code]).toEqual([2, 15]);
    isUp = true;
    await expect
      .poll(async () => text(await askUdp(port, withEdns("a. A"))), { timeout: 10_000 })
      .toBe("0 a. 1 A 10.0.0.1");
  });

  it("dead connections are replaced while clients wait", async () => {
    const server = await doh(addresses);
    const port = portOf(await stubFor([server], { cacheEntries: 0 }));
    await askUdp(port, query("a. A"));
    let dropped = false;
    server.answer = (request) => {
      if (dropped) return addresses(request);
      dropped = true;
      server.drop();
      return undefined;
    };
    expect(text(await askUdp(port, query("a. A")))).toBe("0 a. 60 A 10.0.0.1");
    expect(server.connections).toBe(2);
  });
});

it("neither the token nor, unless wanted, what is asked for is in the log", async () => {
  const log = recordingLog();
  const server = await doh(addresses);
  const port = portOf(await stubFor([server], { log, token: "b3arer" }));
  await askUdp(port, query("private-name.shop. A"));
  server.answer = () => 401;
  await askUdp(port, query("private-other.shop. A"));
  expect(log.text()).toContain("does not let us ask");
  expect(log.text()).not.toMatch(/s3cret|b3arer|private/);
  const talkative = recordingLog();
  const other = portOf(await stubFor([server], { log: talkative, logNames: true }));
  await askUdp(other, query("private-name.shop. A"));
  expect(talkative.text()).toContain("private-name.shop.");
});

describe("what cannot be listened on", () => {
  it("is named, and nothing is left listening", async () => {
    const server = await doh(addresses);
    const taken = portOf(await stubFor([server]));
    const listen = [
      { host: "127.0.0.1", port: 0 },
      { host: "127.0.0.1", port: taken },
    ];
    await expect(stubFor([server], { listen })).rejects.toThrow(`--listen 127.0.0.1:${taken} is in use`);
  });

  it("a name is no address", async () => {
    const listen = [{ host: "localhost", port: 0 }];
    await expect(stubFor([await doh(addresses)], { listen })).rejects.toThrow(StubError);
  });
});
