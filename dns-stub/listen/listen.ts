/** Listens on an address, over UDP and TCP on the same port. */
import type { Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, isIP, type Server } from "node:net";
import { StubError } from "../error.ts";
import type { SocketAddress, StubLog } from "../options.ts";
import type { Respond } from "../respond.ts";
import type { IsClient } from "./clients.ts";
import { addressText, listenProblem } from "./listen-problem.ts";
import { TcpListener } from "./tcp.ts";
import { UdpListener } from "./udp.ts";

/** How often a free TCP port may turn out to be taken over UDP. */
const PORT_TRIES = 10;

export interface ListenOptions {
  readonly respond: Respond;
  readonly isClient: IsClient;
  readonly log: StubLog;
}

export interface Listening {
  readonly address: SocketAddress;
  close(): Promise<void>;
}

/** @throws StubError */
export async function listen(address: SocketAddress, options: ListenOptions): Promise<Listening> {
  if (isIP(address.host) === 0) {
    throw new StubError(
      `--listen ${addressText(address)} must begin with an IP address, as 127.0.0.1:53 does`,
    );
  }
  for (let tries = 1; ; tries++) {
    try {
      return await listenOnBoth(address, options);
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
      if (!isTaken || address.port !== 0 || tries === PORT_TRIES) throw listenProblem(address, error);
    }
  }
}

async function listenOnBoth({ host, port }: SocketAddress, options: ListenOptions): Promise<Listening> {
  const tcp = new TcpListener(options);
  const udp = new UdpListener(host, options);
  try {
    const picked = await listenTcp(tcp.server, host, port);
    await bindUdp(udp.socket, host, picked);
    const onError = (error: Error) => options.log.error({ err: error }, "a listener failed");
    tcp.server.on("error", onError);
    udp.socket.on("error", onError);
    return {
      address: { host, port: picked },
      async close() {
        await Promise.all([tcp.close(), udp.close()]);
      },
    };
  } catch (error) {
    await Promise.all([tcp.close(), udp.close()]);
    throw error;
  }
}

/** IPv6 alone on IPv6 addresses, so that 0.0.0.0 and :: can be listened on together. */
async function listenTcp(server: Server, host: string, port: number): Promise<number> {
  server.listen({ host, port, ipv6Only: true });
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function bindUdp(socket: UdpSocket, host: string, port: number): Promise<void> {
  socket.bind({ address: host, port, exclusive: true });
  await once(socket, "listening");
}
