/** What flows: both ways at once, without buffering, and on to another pod when one cannot be dialed. */
import { once } from "node:events";
import { rm } from "node:fs/promises";
import http, { type IncomingMessage } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { WebSocket } from "ws";
import { eventually, get, readCa } from "./support/client.ts";
import { up, type Up } from "./support/lintel.ts";
import { ingress, service } from "./support/objects.ts";
import { Pod } from "./support/pods.ts";
import { freePorts } from "./support/ports.ts";

let lintel: Up;
let pods: Pod[];
/** Where nothing listens. */
let dead: number[];

beforeAll(async () => {
  const echo: http.RequestListener = (request, response) => {
    response.writeHead(200, {
      "content-type": "application/octet-stream",
      "x-length": request.headers["content-length"] ?? "",
    });
    response.flushHeaders();
    request.pipe(response);
  };
  const breaks: http.RequestListener = (request, response) => {
    if (request.url === "/at-once") request.socket.destroy();
    else response.write("half", () => request.socket.destroy());
  };
  const gzip: http.RequestListener = (_, response) => {
    response.writeHead(200, {
      "content-encoding": "gzip",
      "set-cookie": ["a=1", "b=2"],
      "keep-alive": "timeout=9",
    });
    response.end(Buffer.from("H4sIAAAAAAAAA8tIzcnJBwCGphA2BQAAAA==", "base64"));
  };
  pods = await Promise.all([
    Pod.start("echo", echo),
    Pod.start("breaks", breaks),
    Pod.start("gzip", gzip),
    Pod.start("ok"),
  ]);
  dead = await freePorts(2);
  const [echoPort = 0, breaksPort = 0, gzipPort = 0, okPort = 0] = pods.map(({ port }) => port);
  const host = (name: string) => ({ host: `${name}.test`, paths: [{ path: "/", service: name }] });
  lintel = await up({
    "all.json": [
      ingress("all", { rules: ["echo", "breaks", "gzip", "failover", "gone", "empty"].map(host) }),
      ...service("echo", [echoPort]),
      ...service("breaks", [breaksPort]),
      ...service("gzip", [gzipPort]),
      ...service("failover", [...dead, okPort]),
      ...service("gone", dead),
      ...service("empty", []),
    ],
  });
  for (const pod of pods) {
    pod.sockets.on("connection", (socket) => {
      socket.on("message", (data, isBinary) => {
        if ((data as Buffer).toString() === "bye") socket.close(4001, "as you wish");
        else socket.send(data, { binary: isBinary });
      });
    });
  }
});
afterAll(async () => {
  await lintel.close();
  await Promise.all(pods.map((pod) => pod.close()));
});

function open(host: string, headers: http.OutgoingHttpHeaders, method = "POST"): http.ClientRequest {
  const options = {
    port: lintel.http,
    host: "127.0.0.1",
    method,
    agent: false,
    headers: { host, ...headers },
  };
  return http.request(options);
}

describe("a stream", () => {
  it("flows both ways at once: each piece comes back before the next is sent", async () => {
    const request = open("echo.test", {});
    request.flushHeaders();
    const [response] = (await once(request, "response")) as [http.IncomingMessage];
    const pieces = response[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    for (const piece of ["one", "two", "three"]) {
      request.write(piece);
      expect(String((await pieces.next()).value)).toBe(piece);
    }
    request.end();
    expect((await pieces.next()).done).toBe(true);
  });

  it("of 50 MB comes back whole, and its length is told to the pod", async () => {
    const size = 50 * 1024 * 1024;
    const request = open("echo.test", { "content-length": String(size) });
    request.end(Buffer.alloc(size, "x"));
    const [response] = (await once(request, "response")) as [http.IncomingMessage];
    expect(response.headers["x-length"]).toBe(String(size));
    let received = 0;
    for await (const chunk of response) received += (chunk as Buffer).length;
    expect(received).toBe(size);
  });

  it("that the pod breaks off never looks whole", async () => {
    const request = open("breaks.test", {}, "GET").end();
    const [response] = (await once(request, "response")) as [http.IncomingMessage];
    const read = async () => {
      for await (const _ of response);
    };
    await expect(read()).rejects.toThrow("aborted");
  });

  it("passes an encoded body on as it is", async () => {
    const request = open("gzip.test", { "accept-encoding": "gzip" }, "GET").end();
    const [response] = (await once(request, "response")) as [http.IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString("base64")).toBe("H4sIAAAAAAAAA8tIzcnJBwCGphA2BQAAAA==");
    expect(response.headers["content-encoding"]).toBe("gzip");
    expect(response.headers["set-cookie"]).toEqual(["a=1", "b=2"]);
  });
});

describe("a client that leaves before it is answered", () => {
  it.each([["GET"], ["POST"]])("ends its %s at the pod too, at once", async (method) => {
    const { promise, resolve } = Promise.withResolvers<IncomingMessage>();
    const silent = await Pod.start("silent", resolve);
    await lintel.write("silent.json", [
      ingress("silent", { rules: [{ host: "silent.test", paths: [{ path: "/", service: "silent" }] }] }),
      ...service("silent", [silent.port]),
    ]);
    await eventually(
      () => get(lintel.http, "edge.lintel.test", "/status"),
      ({ body }) => body.includes('"hosts":7'),
    );
    const request = open("silent.test", { "content-length": "3" }, method);
    request.on("error", () => undefined);
    request.write("abc");
    const atPod = await promise;
    const gone = once(atPod.socket, "close");
    request.destroy();
    await gone;
    await silent.close();
    await rm(join(lintel.folder, "silent.json"));
    await eventually(
      () => get(lintel.http, "edge.lintel.test", "/status"),
      ({ body }) => body.includes('"hosts":6'),
    );
  });
});

describe("a pod that cannot be dialed", () => {
  test.each([["GET"], ["POST"], ["DELETE"]])(
    "is passed over for another, for %s too: nothing was sent",
    async (method) => {
      for (let i = 0; i < 6; i++) {
        const body = method === "GET" ? undefined : `payload ${i}`;
        const answer = await get(lintel.http, "failover.test", "/", {
          method,
          ...(body !== undefined && { body }),
        });
        expect([answer.status, answer.json().pod, answer.json().body]).toEqual([200, "ok", body ?? ""]);
      }
    },
  );

  test.each([
    ["gone.test", "/", 502],
    ["empty.test", "/", 503],
    ["breaks.test", "/at-once", 502],
  ])("leaves %s%s with %i", async (host, path, status) => {
    const answer = await get(lintel.http, host, path, {
      method: "POST",
      body: "x",
      headers: { accept: "text/html" },
    });
    expect(answer.status).toBe(status);
    expect(answer.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(answer.body).toContain(answer.headers["x-request-id"]);
  });
});

describe.each(["ws", "wss"])("a WebSocket over %s", (scheme) => {
  const connect = async () => {
    const port = scheme === "ws" ? lintel.http : lintel.https;
    const headers = { host: "echo.test" };
    const options = { headers, servername: "echo.test", ca: await readCa(lintel.ca) };
    const socket = new WebSocket(`${scheme}://127.0.0.1:${port}/chat`, options);
    await once(socket, "open");
    return socket;
  };

  it("carries text and binary messages both ways", async () => {
    const socket = await connect();
    socket.send("hello");
    expect(String((await once(socket, "message"))[0])).toBe("hello");
    socket.send(Buffer.from([0, 255]));
    expect((await once(socket, "message"))[0]).toEqual(Buffer.from([0, 255]));
    socket.terminate();
  });

  it("ends with the pod's code and reason", async () => {
    const socket = await connect();
    socket.send("bye");
    const [code, reason] = (await once(socket, "close")) as [number, Buffer];
    expect([code, String(reason)]).toEqual([4001, "as you wish"]);
  });

  it("outlives a change of the configuration", async () => {
    const socket = await connect();
    const name = `extra-${scheme}`;
    await lintel.write(`${name}.json`, [
      ingress(name, { rules: [{ host: `${name}.test`, paths: [{ path: "/", service: "echo" }] }] }),
    ]);
    await lintel.lintel.printed(/published generation [2-9]/, "stderr");
    socket.send("still here");
    expect(String((await once(socket, "message"))[0])).toBe("still here");
    socket.terminate();
  });
});
