/** The pods of the examples: they answer with what reached them, over HTTP and over WebSocket. */
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { WebSocketServer } from "ws";
import { parseAllDocuments } from "yaml";

/** A pod of the examples could not be started; another program may have its port, which its EndpointSlice names. */
export class PodError extends Error {
  override name = "PodError";
}

interface Slice {
  kind?: string;
  metadata: { name: string };
  ports?: { port: number }[];
  endpoints?: { addresses: string[] }[];
}

/** One server for every loopback endpoint of the EndpointSlices in a folder, named after its slice. */
export async function startPods(folder: string): Promise<Server[]> {
  const servers: Server[] = [];
  for await (const file of glob("*.yaml", { cwd: folder })) {
    for (const document of parseAllDocuments(await readFile(join(folder, file), "utf8"))) {
      const object = document.toJS() as Slice | null;
      if (object?.kind !== "EndpointSlice") continue;
      const addresses = object.endpoints?.flatMap((endpoint) => endpoint.addresses) ?? [];
      for (const host of addresses.filter((address) => address.startsWith("127."))) {
        for (const { port } of object.ports ?? []) {
          servers.push(await startPod(object.metadata.name, host, port));
        }
      }
    }
  }
  return servers;
}

async function startPod(name: string, host: string, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    const { method, url, headers } = request;
    const lines = [`${name} got ${method} ${url}`, `host: ${headers.host}`];
    for (const header of ["x-forwarded-for", "x-forwarded-proto", "x-request-id"]) {
      lines.push(`${header}: ${String(headers[header])}`);
    }
    response.setHeader("content-type", "text/plain; charset=utf-8");
    response.write(`${lines.join("\n")}\n`);
    // A body that comes in goes out again, as it comes.
    request.pipe(response);
  });
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (error) {
    throw new PodError(`pod ${name} cannot listen on ${host}:${port}: ${(error as Error).message}`, {
      cause: error,
    });
  }
  new WebSocketServer({ server }).on("connection", (socket) => {
    socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  return server;
}
