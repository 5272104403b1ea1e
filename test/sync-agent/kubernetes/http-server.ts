/** An HTTP server that answers as a test says, and a kubeconfig file that leads to it. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Server {
  readonly url: string;
  readonly folder: string;
  /** All that connected, the present ones and those that are gone. */
  readonly sockets: readonly Socket[];
  /** Writes the kubeconfig, with this as its user and more about its cluster, and gives its path. */
  kubeconfig(user?: object, cluster?: object): Promise<string>;
  /** Ends all connections and refuses others. */
  stop(): Promise<void>;
  /** The same, and removes the folder. */
  close(): Promise<void>;
}

export async function startServer(
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
): Promise<Server> {
  const sockets: Socket[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (text: string) => {
      body += text;
    });
    request.on("end", () => answer(request, response, body));
  });
  server.on("connection", (socket) => sockets.push(socket));
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  };
  const folder = await mkdtemp(join(tmpdir(), "lintel-client-"));
  return {
    url,
    folder,
    sockets,
    async kubeconfig(user = { token: "good" }, cluster = {}) {
      const path = join(folder, "kubeconfig");
      const config = {
        "current-context": "c",
        contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
        clusters: [{ name: "c", cluster: { server: url, ...cluster } }],
        users: [{ name: "u", user }],
      };
      await writeFile(path, JSON.stringify(config));
      return path;
    },
    stop,
    async close() {
      await stop();
      await rm(folder, { recursive: true });
    },
  };
}

export function respond(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
