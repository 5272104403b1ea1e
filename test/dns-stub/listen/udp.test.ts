import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { afterEach, expect, it } from "vitest";
import { UdpListener, type UdpListenerOptions } from "../../../dns-stub/listen/udp.ts";
import { recordingLog } from "../support/log.ts";

/** On a machine that does other things besides. */
const SOON = { timeout: 10_000 };

const closings: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0)) await close();
});

async function listening(host: string, options: Partial<UdpListenerOptions>): Promise<number> {
  const listener = new UdpListener(host, {
    respond: async (octets) => octets,
    isClient: () => true,
    log: recordingLog(),
    ...options,
  });
  listener.socket.bind(0, host);
  await once(listener.socket, "listening");
  closings.push(() => listener.close());
  return listener.socket.address().port;
}

function client(type: "udp4" | "udp6" = "udp4"): Socket {
  const socket = createSocket(type);
  closings.push(() => socket.close());
  return socket;
}
const received = async (socket: Socket) => Uint8Array.from(((await once(socket, "message")) as [Buffer])[0]);

it.each([
  ["127.0.0.1", "udp4"],
  ["::1", "udp6"],
] as const)("answers to where a query came from, on %s, and tells that it was near", async (host, type) => {
  const transports: string[] = [];
  const port = await listening(host, {
    respond: async (octets, transport) => {
      transports.push(transport);
      return octets;
    },
  });
  const socket = client(type);
  const answer = received(socket);
  socket.send(Uint8Array.of(1, 2), port, host);
  expect(await answer).toEqual(Uint8Array.of(1, 2));
  expect(transports).toEqual(["udp-loopback"]);
});

it("answers only those who may ask, and what is a query", async () => {
  const seen: number[] = [];
  const port = await listening("127.0.0.1", {
    respond: async (octets) => {
      seen.push(octets[0] ?? 0);
      return octets[0] === 1 ? undefined : octets;
    },
  });
  const refusing = await listening("127.0.0.1", { isClient: () => false });
  const socket = client();
  const answer = received(socket);
  socket.send(Uint8Array.of(9), refusing, "127.0.0.1");
  socket.send(Uint8Array.of(1), port, "127.0.0.1");
  socket.send(Uint8Array.of(2), port, "127.0.0.1");
  expect(await answer).toEqual(Uint8Array.of(2));
  expect(seen).toEqual([1, 2]);
});

it("drops what is too much, and says so once", async () => {
  const release = Promise.withResolvers<undefined>();
  const log = recordingLog();
  let begun = 0;
  const port = await listening("127.0.0.1", {
    maxQueries: 2,
    log,
    respond: async (octets) => {
      begun++;
      await release.promise;
      return octets;
    },
  });
  const socket = client();
  for (let i = 0; i < 5; i++) socket.send(Uint8Array.of(i), port, "127.0.0.1");
  await expect.poll(() => log.text(), SOON).toContain("more are dropped");
  const answer = received(socket);
  release.resolve(undefined);
  expect(await answer).toEqual(Uint8Array.of(0));
  expect(begun).toBe(2);
  expect(log.text().match(/more are dropped/g)).toHaveLength(1);
});
