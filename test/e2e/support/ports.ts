import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

/** Below what systems give out by themselves, from 32768 on: what is free here stays free while other tests connect. */
const FIRST = 10_000;
const LAST = 32_767;

/** Ports of 127.0.0.1 that were free a moment ago, for TCP and for UDP, and where nothing listens. */
export async function freePorts(n: number): Promise<number[]> {
  const found = new Set<number>();
  while (found.size < n) {
    const port = randomInt(FIRST, LAST + 1);
    if (!found.has(port) && (await isFree(port))) found.add(port);
  }
  return [...found];
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const socket = createSocket("udp4");
  try {
    await once(server.listen(port, "127.0.0.1"), "listening");
    socket.bind(port, "127.0.0.1");
    await once(socket, "listening");
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
    if (server.listening) await once(server.close(), "close");
  }
}
