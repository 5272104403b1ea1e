import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { MAX_PIPELINED } from "../../../dns-stub/limits.ts";
import { TcpListener, type TcpListenerOptions } from "../../../dns-stub/listen/tcp.ts";
import { recordingLog } from "../support/log.ts";
import { connectTcp, type TcpClient } from "../support/tcp-client.ts";

/** On a machine that does other things besides. */
const SOON = { timeout: 10_000 };

const closings: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0).toReversed()) await close();
});

async function start(options: Partial<TcpListenerOptions>): Promise<TcpListener> {
  const listener = new TcpListener({
    respond: async (octets) => octets,
    isClient: () => true,
    log: recordingLog(),
    ...options,
  });
  listener.server.listen(0, "127.0.0.1");
  await once(listener.server, "listening");
  closings.push(() => listener.close());
  return listener;
}

const portOf = ({ server }: TcpListener) => (server.address() as AddressInfo).port;
const listening = async (options: Partial<TcpListenerOptions>) => portOf(await start(options));

async function client(port: number): Promise<TcpClient> {
  const made = await connectTcp(port);
  closings.push(() => void made.socket.destroy());
  return made;
}

/** Holds queries until they are let go, by their first octet. */
function held() {
  const waiting = new Map<number, () => void>();
  return {
    waiting,
    respond: async (octets: Uint8Array) => {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      waiting.set(octets[0] ?? 0, () => resolve(undefined));
      await promise;
      return octets;
    },
  };
}

describe("a connection", () => {
  it("serves queries one after the other", async () => {
    const { send, next } = await client(await listening({}));
    for (const octet of [1, 2, 3]) {
      send(Uint8Array.of(octet));
      expect(await next()).toEqual(Uint8Array.of(octet));
    }
  });

  it("answers as answers come, in any order (RFC 7766 6.2.1.1)", async () => {
    const { waiting, respond } = held();
    const { send, next } = await client(await listening({ respond }));
    for (const octet of [1, 2, 3]) send(Uint8Array.of(octet));
    await expect.poll(() => waiting.size, SOON).toBe(3);
    for (const octet of [2, 3, 1]) {
      waiting.get(octet)?.();
      expect(await next()).toEqual(Uint8Array.of(octet));
    }
  });

  it("answers what was asked before the client ended its side", async () => {
    const { waiting, respond } = held();
    const { socket, send, next } = await client(await listening({ respond }));
    send(Uint8Array.of(1));
    socket.end();
    await expect.poll(() => waiting.size, SOON).toBe(1);
    waiting.get(1)?.();
    expect(await next()).toEqual(Uint8Array.of(1));
    expect(await next()).toBeUndefined();
  });

  it("is read on only while not too much is under way", async () => {
    const { waiting, respond } = held();
    const { send, next } = await client(await listening({ respond }));
    for (let i = 0; i <= MAX_PIPELINED; i++) send(Uint8Array.of(i));
    await expect.poll(() => waiting.size, SOON).toBe(MAX_PIPELINED);
    expect(waiting.has(MAX_PIPELINED)).toBe(false);
    waiting.get(0)?.();
    expect(await next()).toEqual(Uint8Array.of(0));
    await expect.poll(() => waiting.has(MAX_PIPELINED), SOON).toBe(true);
  });

  it("ends for what is no query", async () => {
    const { send, next } = await client(await listening({ respond: async () => undefined }));
    send(Uint8Array.of(1));
    expect(await next()).toBeUndefined();
  });
});

describe("a connection that only costs ends", () => {
  it.each([
    ["idle", []],
    ["in the middle of a length", [0]],
    ["in the middle of a query", [0, 9, 1]],
  ])("%s", async (_, octets) => {
    const { socket, next } = await client(await listening({ idleMs: 50 }));
    socket.write(Uint8Array.from(octets));
    expect(await next()).toBeUndefined();
  });

  it("when its answers are not read", async () => {
    const listener = await start({ idleMs: 200, respond: async () => new Uint8Array(65_000) });
    const { socket, send } = await client(portOf(listener));
    socket.pause();
    // More than the sockets' buffers take.
    for (let i = 0; i < 500; i++) send(Uint8Array.of(i & 0xff));
    const count = promisify(listener.server.getConnections.bind(listener.server));
    await expect.poll(() => count(), SOON).toBe(1);
    await expect.poll(() => count(), { timeout: 10_000 }).toBe(0);
  });
});

describe("too many connections", () => {
  it("in all: an idle one goes, the oldest first", async () => {
    const port = await listening({ maxConnections: 2 });
    const first = await client(port);
    const second = await client(port);
    first.send(Uint8Array.of(1));
    await first.next();
    const third = await client(port);
    expect(await first.next()).toBeUndefined();
    for (const { send, next } of [second, third]) {
      send(Uint8Array.of(2));
      expect(await next()).toEqual(Uint8Array.of(2));
    }
  });

  it("in all, none of them idle: the new one goes", async () => {
    const { waiting, respond } = held();
    const port = await listening({ maxConnections: 1, respond });
    const first = await client(port);
    first.send(Uint8Array.of(1));
    await expect.poll(() => waiting.size, SOON).toBe(1);
    const second = await client(port);
    expect(await second.next()).toBeUndefined();
    waiting.get(1)?.();
    expect(await first.next()).toEqual(Uint8Array.of(1));
  });

  it("of one client: its new ones go, until it ends others", async () => {
    const port = await listening({ maxClientConnections: 1 });
    const first = await client(port);
    const refused = await client(port);
    expect(await refused.next()).toBeUndefined();
    first.socket.destroy();
    await expect
      .poll(async () => {
        const again = await client(port);
        again.send(Uint8Array.of(1));
        return again.next();
      }, SOON)
      .toEqual(Uint8Array.of(1));
  });

  it("of one that may not ask: none", async () => {
    const { next } = await client(await listening({ isClient: () => false }));
    expect(await next()).toBeUndefined();
  });
});
