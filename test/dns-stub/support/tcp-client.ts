/** A DNS client over TCP that sees what happens, in order. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { FrameReader, framed } from "../../../dns-stub/listen/frames.ts";

export interface TcpClient {
  readonly socket: Socket;
  readonly send: (message: Uint8Array) => void;
  /** The next message, or `undefined` at the end of the stream. */
  readonly next: () => Promise<Uint8Array | undefined>;
}

export async function connectTcp(port: number, host = "127.0.0.1"): Promise<TcpClient> {
  const socket = connect({ port, host, allowHalfOpen: true });
  socket.on("error", () => socket.destroy());
  await once(socket, "connect");
  const messages = messagesOf(socket);
  return {
    socket,
    send: (message) => void socket.write(framed(message)),
    next: async () => (await messages.next()).value,
  };
}

async function* messagesOf(socket: Socket): AsyncGenerator<Uint8Array, undefined> {
  const frames = new FrameReader();
  try {
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      yield* frames.read(chunk as Uint8Array);
    }
  } catch {
    // Cut off by the server: an end as well.
  }
  return undefined;
}
