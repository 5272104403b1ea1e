/** The Worker's socket, seen from the listener. */
import { type ClientRequest, request as httpRequest } from "node:http";
import { type Asked, BodilessConnections, type Exchange } from "../http/bodiless-connections.ts";
import { headText } from "../http/head-text.ts";
import { ListeningAgent } from "../http/listening-socket.ts";
import { MAX_RESPONSE_HEAD } from "../http/response.ts";
import type { RequestHead } from "./request-head.ts";

/** Shorter than the 5 s after which workerd closes a resting connection, so that it is always we who close. */
const KEEP_ALIVE_MS = 2_000;

export interface WorkerUpstream {
  /** Begins a request; `undefined` while the Worker's process is being replaced. */
  open(head: RequestHead, extra: readonly string[], pooled: boolean): ClientRequest | undefined;
  /** Sends a request without a body; `undefined` while the Worker's process is being replaced. */
  ask(head: RequestHead, extra: readonly string[], pooled: boolean, exchange: Exchange): Asked | undefined;
  close(): void;
}

/** @param port the Worker's port on 127.0.0.1 now */
export function workerUpstream(port: () => number | undefined): WorkerUpstream {
  const kept = new ListeningAgent({ keepAlive: true, timeout: KEEP_ALIVE_MS, maxFreeSockets: 1024 });
  const single = new ListeningAgent();
  const connections = new BodilessConnections({ keepAliveMs: KEEP_ALIVE_MS, resets: true });
  return {
    ask(head, extra, pooled, exchange) {
      const at = port();
      if (at === undefined) return undefined;
      const { method, path, fields } = head;
      const text = headText(method, path, fields, extra);
      return connections.ask({ host: "127.0.0.1", port: at, method, text }, !pooled, exchange);
    },
    open({ method, path, fields }, extra, pooled) {
      const at = port();
      if (at === undefined) return undefined;
      const request = httpRequest({
        host: "127.0.0.1",
        port: at,
        method,
        path,
        headers: [...fields, ...extra],
        agent: pooled ? kept : single,
        maxHeaderSize: MAX_RESPONSE_HEAD,
      });
      request.maxHeadersCount = 0;
      return request;
    },
    close() {
      connections.close();
      kept.destroy();
      single.destroy();
    },
  };
}
