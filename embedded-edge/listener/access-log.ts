/**
 * The access log on this machine. The Worker says what it knows of a request in a header of its response; the listener
 * adds what only it can know, and writes the line when the response has ended.
 */
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { ACCESS_RECORD_HEADER } from "../../contract/index.ts";
import type { RawFields } from "../http/fields.ts";

/** Takes lines of JSON, each with its line feed. */
export type WriteLines = (lines: string) => void;

export interface AccessLog {
  /** Takes a line without its line feed. */
  add(line: string): void;
  /** Writes what is waiting. */
  flush(): void;
}

/** Characters: lines that wait are written together, as writing takes longer than all else of a line. */
const MOST_WAITING = 64 * 1024;

/** @param later runs something soon, when what is at hand has been done */
export function createAccessLog(
  writeLines: WriteLines,
  later: (run: () => void) => unknown = setImmediate,
): AccessLog {
  let waiting = "";
  const flush = () => {
    const lines = waiting;
    waiting = "";
    if (lines !== "") writeLines(lines);
  };
  return {
    add(line) {
      if (waiting === "") later(flush);
      waiting += `${line}\n`;
      if (waiting.length > MOST_WAITING) flush();
    },
    flush,
  };
}

/** What the listener finds out about a response. */
export interface Sent {
  /** Of its body; absent where they were not counted. */
  readonly bytes?: number;
  /** From the request's head to the end of the response. */
  readonly totalMs: number;
  /** Whether it broke off. */
  readonly aborted?: true | undefined;
}

/** Writes the lines of one connection's requests. */
export class ConnectionLog {
  readonly #log: AccessLog;
  readonly #wire: { readonly protocol: string; readonly tls: string | undefined };

  constructor(log: AccessLog, protocol: string, socket: Socket) {
    this.#log = log;
    const tls = socket instanceof TLSSocket ? (socket.getProtocol() ?? undefined) : undefined;
    this.#wire = { protocol, tls };
  }

  /** @param record as the Worker wrote it: a JSON object with other fields than ours */
  write(record: string, sent: Sent): void {
    const own = JSON.stringify({ ...sent, ...this.#wire });
    this.#log.add(`{"level":"info","msg":"request",${record.slice(1, -1)},${own.slice(1)}`);
  }
}

/** Gives each connection its log; `undefined` where none is kept. */
export type LogOf = (socket: Socket, protocol: string) => ConnectionLog | undefined;

export function connectionLogs(log: AccessLog | undefined): LogOf {
  if (log === undefined) return () => undefined;
  const known = new WeakMap<Socket, ConnectionLog>();
  return (socket, protocol) => {
    let own = known.get(socket);
    if (own === undefined) {
      own = new ConnectionLog(log, protocol, socket);
      known.set(socket, own);
    }
    return own;
  };
}

/** The record in a response's fields, which is not for the client. */
export function recordOf(fields: RawFields): string | undefined {
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = fields[i] ?? "";
    if (name.length === ACCESS_RECORD_HEADER.length && name.toLowerCase() === ACCESS_RECORD_HEADER) {
      return fields[i + 1];
    }
  }
  return undefined;
}
