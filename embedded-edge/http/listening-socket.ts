import { Agent } from "node:http";
import { Socket, type TcpNetConnectOpts } from "node:net";

/**
 * A connection that goes on listening after the other side has stopped doing so. A server may answer before a request's
 * end, and close; Node would drop the connection at the next write, and the answer with it, which waits to be read.
 */
export class ListeningSocket extends Socket {
  override _write(chunk: unknown, encoding: BufferEncoding, callback: Written): void {
    super._write(chunk, encoding, unlessDeaf(callback));
  }

  override _writev(chunks: { chunk: unknown; encoding: BufferEncoding }[], callback: Written): void {
    super._writev?.(chunks, unlessDeaf(callback));
  }
}

type Written = (error?: Error | null) => void;

/** What the connection ends with, its reader is told. */
function unlessDeaf(callback: Written): Written {
  return (error) => callback(isDeaf(error) ? null : error);
}

function isDeaf(error: (Error & { code?: string }) | null | undefined): boolean {
  return error?.code === "EPIPE" || error?.code === "ECONNRESET";
}

/** Makes such connections. */
export class ListeningAgent extends Agent {
  override createConnection(options: TcpNetConnectOpts): Socket {
    return new ListeningSocket(options).connect(options);
  }
}
