/** WebSocket upgrades (RFC 6455 4), on connections that Node's server has let go of. */
import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

/** The fields that ask for, or agree to, a WebSocket. */
export const WEBSOCKET_FIELDS = ["Connection", "Upgrade", "Upgrade", "websocket"] as const;

/** Whether a request asks for a WebSocket; requests for other protocols are served as if they had not asked. */
export function asksForWebSocket(request: IncomingMessage): boolean {
  return request.method === "GET" && request.headers.upgrade?.trim().toLowerCase() === "websocket";
}

/** Writes an HTTP/1.1 response's head. */
export function writeHead(
  connection: Duplex,
  status: number,
  message: string,
  fields: readonly string[],
): void {
  let text = `HTTP/1.1 ${status} ${message || (STATUS_CODES[status] ?? "")}\r\n`;
  for (let i = 0; i + 1 < fields.length; i += 2) text += `${fields[i]}: ${fields[i + 1]}\r\n`;
  connection.write(`${text}\r\n`, "latin1");
}

/** Answers with a short text, and closes. */
export function refuse(connection: Duplex, status: number, fields: readonly string[], body: string): void {
  writeHead(connection, status, "", [...fields, "Connection", "close"]);
  connection.end(body);
}
