import { once } from "node:events";
import { Agent, type IncomingMessage, request as httpRequest } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { GATEWAY_FAULT_HEADER, GATEWAY_HEADERS } from "../../../contract/index.ts";
import { type Gateway, type GatewayOptions, startGateway } from "../../../embedded-edge/gateway/gateway.ts";
import {
  type Asked,
  ask,
  closedPort,
  readText,
  readUntil,
  startServer,
  startTcpServer,
} from "../support/http.ts";
import { recordingLog } from "../support/log.ts";
import { describeGateway } from "./protocol-suite.ts";

const SECRET = "gateway secret";
const start = (options: Partial<GatewayOptions> = {}): Promise<Gateway> =>
  startGateway({
    listen: { host: "127.0.0.1", port: 0 },
    secret: SECRET,
    targets: ["127.0.0.1/32"],
    log: recordingLog(),
    ...options,
  });

describeGateway("the Node gateway", async ({ targets, limits, authorities, names = {} }) => {
  const gateway = await start({
    targets,
    ...(limits !== undefined && { limits: { ...limits, keepAliveMs: 1_000 } }),
    ...(authorities !== undefined && { authorities }),
    resolve: async (name) => [...(names[name.toLowerCase().replace(/\.$/, "")] ?? [])],
  });
  return { port: gateway.address.port, secret: SECRET, close: () => gateway.close() };
});

describe("the Node gateway's own bearing", () => {
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).toReversed()) await close();
  });
  async function using<T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> {
    const thing = await starting;
    closers.push(() => thing.close());
    return thing;
  }
  const headersFor = (upstream: string) => ({
    [GATEWAY_HEADERS.upstream]: upstream,
    [GATEWAY_HEADERS.host]: "shop.example",
    [GATEWAY_HEADERS.secret]: SECRET,
  });
  const through = (gateway: Gateway, upstream: string, asked: Asked = {}) =>
    ask(gateway.address.port, { ...asked, headers: { ...headersFor(upstream), ...asked.headers } });

  it("dials the address that it has checked", async () => {
    const { port } = await using(startServer((_request, response) => response.end("here")));
    const asked: string[] = [];
    const gateway = await using(
      start({
        resolve: async (name) => {
          asked.push(name);
          return ["10.9.9.9", "127.0.0.1"];
        },
      }),
    );
    expect((await through(gateway, `http://svc.example:${port}`)).text).toBe("here");
    expect(asked).toEqual(["svc.example"]);
  });

  it.each([
    ["none of a name's addresses is allowed", async () => ["10.9.9.9", "169.254.169.254"], 403, "target"],
    ["a name has no address", async () => [], 502, "dial"],
    ["a name does not resolve", () => Promise.reject(new Error("ENOTFOUND")), 502, "dial"],
  ])("says so when %s", async (_, resolve, status, fault) => {
    const gateway = await using(start({ resolve }));
    const received = await through(gateway, "http://svc.example");
    expect([received.status, received.headers[GATEWAY_FAULT_HEADER]]).toEqual([status, fault]);
  });

  it("tries the next address of a name", async () => {
    const { port } = await using(startServer((_request, response) => response.end("second")));
    const gateway = await using(
      start({ targets: ["127.0.0.0/8"], resolve: async () => ["127.0.0.2", "127.0.0.1"] }),
    );
    expect((await through(gateway, `http://svc.example:${port}`)).text).toBe("second");
  });

  it("reports dial when every address fails", async () => {
    const gateway = await using(
      start({ targets: ["127.0.0.0/8"], resolve: async () => ["127.0.0.2", "127.0.0.1"] }),
    );
    const { headers } = await through(gateway, `http://svc.example:${await closedPort()}`);
    expect(headers[GATEWAY_FAULT_HEADER]).toBe("dial");
  });

  describe("keeps to the timeouts that a request brings", () => {
    const timeouts = (text: string) => ({ headers: { [GATEWAY_HEADERS.timeouts]: text } });
    const fault = async (asked: ReturnType<typeof through>) => {
      const { status, headers } = await asked;
      return [status, headers[GATEWAY_FAULT_HEADER]];
    };

    it("for the connection", async () => {
      const { port } = await using(startTcpServer(() => undefined));
      const gateway = await using(start());
      expect(await fault(through(gateway, `https://127.0.0.1:${port}`, timeouts("50,,")))).toEqual([
        502,
        "dial",
      ]);
    });

    it("for a body that the upstream does not take", async () => {
      const { port } = await using(startTcpServer((socket) => socket.pause()));
      const gateway = await using(start());
      const request = httpRequest({
        host: "127.0.0.1",
        port: gateway.address.port,
        method: "POST",
        headers: { ...headersFor(`http://127.0.0.1:${port}`), ...timeouts(",60000,50").headers },
        agent: false,
      });
      // Nobody takes the rest of it.
      request.on("error", () => undefined);
      request.end(Buffer.alloc(32 * 1024 * 1024));
      const [response] = (await once(request, "response")) as [IncomingMessage];
      expect([response.statusCode, response.headers[GATEWAY_FAULT_HEADER]]).toEqual([504, "timeout"]);
      request.destroy();
    });
  });

  it("asks the upstream to close the connection where the edge says so, and keeps it else", async () => {
    const sockets = new Set<unknown>();
    const { port } = await using(
      startServer((request, response) => {
        sockets.add(request.socket);
        response.end(request.headers.connection);
      }),
    );
    const gateway = await using(start());
    const seen: string[] = [];
    for (const connection of ["close", "close", "keep-alive", "keep-alive"]) {
      const headers = { [GATEWAY_HEADERS.connection]: connection };
      seen.push((await through(gateway, `http://127.0.0.1:${port}`, { headers })).text);
    }
    expect(seen).toEqual(["close", "close", "keep-alive", "keep-alive"]);
    expect(sockets.size).toBe(3);
  });

  it("waits for a client that takes its time to send", async () => {
    const { port } = await using(
      startServer((request, response) => {
        void readText(request).then((text) => response.end(text));
      }),
    );
    const gateway = await using(start({ limits: { connectMs: 100, idleMs: 30, keepAliveMs: 1_000 } }));
    const request = httpRequest({
      host: "127.0.0.1",
      port: gateway.address.port,
      method: "POST",
      headers: headersFor(`http://127.0.0.1:${port}`),
      agent: false,
    });
    request.write("slow");
    setTimeout(() => request.end(" but sure"), 120);
    const [response] = (await once(request, "response")) as [IncomingMessage];
    expect(await readText(response)).toBe("slow but sure");
  });

  it("passes on an answer after which the upstream reads no more of the request, and closes", async () => {
    const { port } = await using(
      startTcpServer((socket) => {
        socket.on("error", () => socket.destroy());
        socket.once("data", () => {
          socket.pause();
          const answer = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n";
          socket.write(answer, () => socket.resetAndDestroy());
        });
      }),
    );
    const gateway = await using(start());
    const agent = new Agent({ keepAlive: true });
    const headers = headersFor(`http://127.0.0.1:${port}`);
    for (let i = 0; i < 5; i++) {
      const options = { host: "127.0.0.1", port: gateway.address.port, method: "PUT", agent, headers };
      const request = httpRequest(options).end(Buffer.alloc(8 * 1024 * 1024));
      const [response] = (await once(request, "response")) as [IncomingMessage];
      expect([response.statusCode, await readText(response)]).toEqual([401, ""]);
    }
    agent.destroy();
  });

  it("lets the client read an answer that comes before the request's end, and use its connection again", async () => {
    const { port } = await using(
      startServer((_request, response) => {
        response.writeHead(413).end("too large");
      }),
    );
    const gateway = await using(start());
    const agent = new Agent({ keepAlive: true });
    const request = httpRequest({
      host: "127.0.0.1",
      port: gateway.address.port,
      method: "POST",
      headers: headersFor(`http://127.0.0.1:${port}`),
      agent,
    });
    request.write(Buffer.alloc(1024 * 1024));
    const [response] = (await once(request, "response")) as [IncomingMessage];
    expect(response.statusCode).toBe(413);
    expect(await readUntil(response, "too large")).toBe("too large");
    request.end(Buffer.alloc(4 * 1024 * 1024));
    await once(request, "finish");
    agent.destroy();
  });

  it("names an address that it cannot listen on", async () => {
    const gateway = await using(start());
    await expect(start({ listen: gateway.address })).rejects.toThrow(
      `gateway 127.0.0.1:${gateway.address.port}: the address is in use`,
    );
  });
});
