import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { hostAndPort, listen } from "../listen.ts";
import type { EmbeddedEdge, ListenAddress } from "../options.ts";
import { API_BASE, kvApi, type KvApiOptions } from "./app.ts";

export interface KvApiServer {
  readonly address: EmbeddedEdge["api"];
  /** Lets requests that are under way finish within a time in milliseconds. */
  close(graceMs: number): Promise<void>;
}

/** @throws ListenError */
export async function startKvApi(address: ListenAddress, options: KvApiOptions): Promise<KvApiServer> {
  const answer = getRequestListener(kvApi(options).fetch, { overrideGlobalObjects: false });
  const server = createServer((request, response) => void answer(request, response));
  const bound = await listen(server, "api", address);
  return {
    address: { ...bound, url: `http://${hostAndPort(reachable(bound))}${API_BASE}` },
    async close(graceMs) {
      const closed = new Promise((resolve) => server.close(resolve));
      const deadline = setTimeout(() => server.closeAllConnections(), graceMs);
      server.closeIdleConnections();
      await closed;
      clearTimeout(deadline);
    },
  };
}

/** Every address is not one to connect to: this machine then. */
function reachable({ host, port }: ListenAddress): ListenAddress {
  if (host === "0.0.0.0") return { host: "127.0.0.1", port };
  return host === "::" ? { host: "::1", port } : { host, port };
}
