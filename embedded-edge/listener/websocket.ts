import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream";
import { responseFields } from "../http/response.ts";
import { tunnel } from "../http/tunnel.ts";
import { refuse, WEBSOCKET_FIELDS, writeHead } from "../http/upgrade.ts";
import { type ConnectionLog, recordOf } from "./access-log.ts";
import { isInternal, UNAVAILABLE } from "./answer.ts";
import { abandon } from "./forward.ts";
import type { RequestHead } from "./request-head.ts";
import type { WorkerUpstream } from "./worker-upstream.ts";

/**
 * Passes a WebSocket request to the Worker, and then bytes both ways if it agrees.
 *
 * @param extra fields of the listener's own
 * @param sent what the client sent after its request
 * @param access the connection's log, where one is kept
 */
export function forwardWebSocket(
  head: RequestHead,
  extra: readonly string[],
  client: Duplex,
  sent: Buffer,
  upstream: WorkerUpstream,
  access?: ConnectionLog,
): void {
  const began = Date.now();
  // A connection of its own: it does not come back.
  const request = upstream.open(head, [...extra, ...WEBSOCKET_FIELDS], false);
  if (request === undefined) {
    refuse(client, UNAVAILABLE.status, [], `${UNAVAILABLE.text}\n`);
    return;
  }
  let answered = false;
  let record: string | undefined;
  client.once("close", () => {
    if (answered) request.destroy();
    else abandon(request);
    if (record !== undefined) access?.write(record, { totalMs: Date.now() - began });
  });
  request.once("upgrade", (response, socket, head) => {
    answered = true;
    record = recordOf(response.rawHeaders);
    writeHead(client, 101, response.statusMessage ?? "", [...fieldsOf(response), ...WEBSOCKET_FIELDS]);
    tunnel(client, socket, { fromA: sent, fromB: head });
  });
  request.once("response", (response) => {
    answered = true;
    record = recordOf(response.rawHeaders);
    const { statusCode = 502, statusMessage = "" } = response;
    writeHead(client, statusCode, statusMessage, [...fieldsOf(response), "Connection", "close"]);
    pipeline(response, client, (error) => error && client.destroy());
  });
  request.on("error", () => {
    if (!answered && client.writable) refuse(client, UNAVAILABLE.status, [], `${UNAVAILABLE.text}\n`);
  });
  request.end();
}

function fieldsOf({ statusCode = 502, rawHeaders }: IncomingMessage): string[] {
  return responseFields(statusCode, rawHeaders, isInternal);
}
