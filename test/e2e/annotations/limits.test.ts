import { once } from "node:events";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { createGunzip, createGzip } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { annotated, hostOf } from "../support/annotated.ts";
import { type Answer, type Ask, eventually, get, withHttp2, readCa } from "../support/client.ts";
import { type Up, up } from "../support/lintel.ts";
import { service } from "../support/objects.ts";
import { Pod } from "../support/pods.ts";

let edge: Up;
let echo: Pod;
let gate: Pod;
/** Requests that the gate has let in and not answered. */
let waiting: { readonly request: IncomingMessage; readonly response: ServerResponse }[] = [];
let onArrival = () => undefined as unknown;

beforeAll(async () => {
  echo = await Pod.start("echo");
  gate = await Pod.start("gate", (request, response) => {
    waiting.push({ request, response });
    onArrival();
  });
  gate.sockets.on("connection", (socket) => {
    socket.on("message", (data, isBinary) => {
      if ((data as Buffer).toString() === "bye") socket.close(4001, "as you wish");
      else socket.send(data, { binary: isBinary });
    });
  });
  edge = await up({
    "limits.yaml": [
      ...service("echo", [echo.port]),
      ...service("gate", [gate.port]),
      // A minute is long: nothing is refilled while the test runs.
      hostOf("minute.test", "echo", { "limit-rpm": "1" }),
      hostOf("second.test", "echo", { "limit-rps": "1" }),
      hostOf("both.test", "echo", { "limit-rps": "100", "limit-rpm": "1", "limit-burst-multiplier": "2" }),
      hostOf("status.test", "echo", { "limit-rpm": "1", "lintel.dev/limit-status": "429" }),
      hostOf("exempt.test", "echo", { "limit-rpm": "1", "limit-whitelist": "10.0.0.0/8, 127.0.0.0/8" }),
      hostOf("others-exempt.test", "echo", { "limit-rpm": "1", "limit-allowlist": "10.0.0.0/8" }),
      hostOf("tenants.test", "echo", { "limit-rpm": "1", "lintel.dev/limit-by": "header X-Tenant" }),
      hostOf("broken.test", "echo", { "limit-rps": "few" }),
      annotated(
        "paths",
        { "limit-rpm": "1" },
        {
          rules: [
            { host: "paths.test", paths: [{ path: "/a", service: "echo" }] },
            { host: "also-paths.test", paths: [{ path: "/b", service: "echo" }] },
          ],
        },
      ),
      hostOf("tls.test", "echo", { "limit-rpm": "1" }),
      hostOf("size.test", "gate", { "proxy-body-size": "10" }),
      ...["held", "left", "streamed", "socket", "zipped", "failing"].map((name) =>
        hostOf(`${name}.test`, "gate", { "limit-connections": "2" }),
      ),
    ],
  });
});
afterAll(async () => {
  await edge.close();
  await Promise.all([echo, gate].map((pod) => pod.close()));
});

const statusesOf = async (times: number, ask: () => Promise<{ readonly status: number }>) => {
  const statuses: number[] = [];
  for (let i = 0; i < times; i++) statuses.push((await ask()).status);
  return statuses;
};
const repeated = (status: number, times: number) => Array.from({ length: times }, () => status);

describe("a rate", () => {
  it("lets the burst and one more pass, and refuses the rest with what to wait for", async () => {
    const statuses = await statusesOf(9, () => get(edge.http, "minute.test", "/"));
    expect(statuses).toEqual([...repeated(200, 6), ...repeated(503, 3)]);
    const { headers, body } = await get(edge.http, "minute.test", "/");
    expect(Number(headers["retry-after"])).toBeGreaterThan(50);
    expect(headers["ratelimit-policy"]).toBe('"per-minute";q=1;w=60;lintel-burst=5');
    expect(headers.ratelimit).toBe(`"per-minute";r=0;t=${headers["retry-after"]}`);
    expect(body).toContain("Too many requests");
  });

  it("lets pass again what the time that has passed allows", async () => {
    const start = performance.now();
    const passed = (await statusesOf(12, () => get(edge.http, "second.test", "/"))).filter(
      (status) => status === 200,
    ).length;
    expect(passed).toBeGreaterThanOrEqual(6);
    expect(passed).toBeLessThanOrEqual(7 + (performance.now() - start) / 1_000);
    await eventually(
      () => get(edge.http, "second.test", "/"),
      ({ status }) => status === 200,
    );
  });

  it("says how much is left", async () => {
    const { status, headers } = await get(edge.http, "both.test", "/");
    expect(status).toBe(200);
    expect(headers["ratelimit-policy"]).toBe(
      '"per-second";q=100;w=1;lintel-burst=200, "per-minute";q=1;w=60;lintel-burst=2',
    );
    expect(headers.ratelimit).toMatch(/^"per-second";r=20\d;t=[01], "per-minute";r=2;t=60$/);
    expect(headers["retry-after"]).toBeUndefined();
    expect(await statusesOf(3, () => get(edge.http, "both.test", "/"))).toEqual([200, 200, 503]);
  });

  it("answers as is written", async () => {
    const statuses = await statusesOf(7, () => get(edge.http, "status.test", "/"));
    expect(statuses.at(-1)).toBe(429);
  });

  it("does not hold for exempt addresses", async () => {
    expect(await statusesOf(12, () => get(edge.http, "exempt.test", "/"))).toEqual(repeated(200, 12));
    expect((await get(edge.http, "exempt.test", "/")).headers.ratelimit).toBeUndefined();
    const others = await statusesOf(7, () => get(edge.http, "others-exempt.test", "/"));
    expect(others).toEqual([...repeated(200, 6), 503]);
  });

  it("counts by header, and without it by address", async () => {
    const ask = (headers: http.OutgoingHttpHeaders) => () => get(edge.http, "tenants.test", "/", { headers });
    for (const headers of [{ "x-tenant": "a" }, { "x-tenant": "b" }, {}]) {
      expect(await statusesOf(7, ask(headers))).toEqual([...repeated(200, 6), 503]);
    }
  });

  it("counts all of an Ingress together", async () => {
    await statusesOf(3, () => get(edge.http, "paths.test", "/a"));
    await statusesOf(3, () => get(edge.http, "also-paths.test", "/b"));
    expect((await get(edge.http, "paths.test", "/a")).status).toBe(503);
  });

  it("counts requests of one connection as well", async () => {
    await withHttp2(edge.https, "tls.test", await readCa(edge.ca), async (request) => {
      const answers = await Promise.all(Array.from({ length: 9 }, () => request("/")));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(6);
    });
  });

  it("that cannot be read lets nothing pass", async () => {
    expect((await get(edge.http, "broken.test", "/")).status).toBe(503);
  });
});

/** A request that the gate lets wait, once it is there. */
async function hold(host: string): Promise<{ request: http.ClientRequest; at: (typeof waiting)[number] }> {
  const arrived = new Promise<void>((resolve) => {
    onArrival = () => resolve();
  });
  const request = http.get({ port: edge.http, host: "127.0.0.1", headers: { host }, agent: false });
  request.on("error", () => undefined);
  await arrived;
  const [at] = waiting;
  waiting = [];
  if (at === undefined) throw new Error("nothing has arrived");
  return { request, at };
}

/** Until the gate is asked once more: it answers this one. */
const mayPass = (host: string) =>
  eventually(
    async () => {
      onArrival = () => {
        for (const { response } of waiting.splice(0)) response.end("let pass");
      };
      return (await get(edge.http, host, "/")).status;
    },
    (status) => status === 200,
  );

describe("a body that turns out too large is refused, and what came of it is not taken for the whole", () => {
  it.each<[string, (ask: Ask) => Promise<Answer>]>([
    ["HTTP/1.1", (ask) => get(edge.http, "size.test", "/", ask)],
    [
      "HTTP/2",
      async (ask) =>
        withHttp2(edge.https, "size.test", await readCa(edge.ca), (request) => request("/", ask)),
    ],
  ])("%s", async (_, send) => {
    const arrived = new Promise<void>((resolve) => {
      onArrival = () => resolve();
    });
    async function* parts() {
      yield "12345";
      await arrived;
      yield "678901";
    }
    expect((await send({ method: "POST", body: Readable.from(parts()) })).status).toBe(413);
    const [{ request } = { request: undefined }] = waiting.splice(0);
    if (request?.closed === false) {
      await new Promise((resolve) => request.on("error", () => undefined).on("close", resolve));
    }
    expect(request?.complete).toBe(false);
  });
});

describe("connections", () => {
  it("are those that wait for an answer", async () => {
    const [first, second] = [await hold("held.test"), await hold("held.test")];
    const refused = await get(edge.http, "held.test", "/");
    expect([refused.status, refused.headers["retry-after"]]).toEqual([503, "1"]);
    expect(refused.headers.ratelimit).toBe('"connections";r=0');
    first.at.response.end("done");
    const [answer] = (await once(first.request, "response")) as [IncomingMessage];
    answer.resume();
    await once(answer, "end");
    await mayPass("held.test");
    second.at.response.end();
  });

  it("are over when a client leaves that waits for an answer", async () => {
    const held = [await hold("left.test"), await hold("left.test")];
    expect((await get(edge.http, "left.test", "/")).status).toBe(503);
    for (const { request } of held) request.destroy();
    await mayPass("left.test");
  });

  it("are those whose answer is on its way, until its end or its client's leaving", async () => {
    const held = [await hold("streamed.test"), await hold("streamed.test")];
    const answers = held.map(async ({ request, at }) => {
      at.response.write("begun");
      const [answer] = (await once(request, "response")) as [IncomingMessage];
      answer.on("error", () => undefined);
      expect(String((await once(answer, "data"))[0])).toBe("begun");
      return answer;
    });
    await Promise.all(answers);
    expect((await get(edge.http, "streamed.test", "/")).status).toBe(503);
    const gone = once(held[0]?.at.request.socket ?? gate.sockets, "close");
    held[0]?.request.destroy();
    await gone;
    await mayPass("streamed.test");
    const third = await hold("streamed.test");
    expect((await get(edge.http, "streamed.test", "/")).status).toBe(503);
    held[1]?.at.response.end();
    await mayPass("streamed.test");
    third.at.response.end();
  });

  it("are over where the Service breaks off", async () => {
    const held = [await hold("failing.test"), await hold("failing.test")];
    for (const { at } of held) at.request.socket.destroy();
    await mayPass("failing.test");
  });

  it("do not change what is sent", async () => {
    const { request, at } = await hold("zipped.test");
    at.response.writeHead(200, { "content-encoding": "gzip" });
    const zip = createGzip();
    zip.pipe(at.response);
    zip.write("first");
    zip.flush();
    const [answer] = (await once(request, "response")) as [IncomingMessage];
    const unzip = answer.pipe(createGunzip())[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    // It is here before the rest is written: nobody holds it back to encode it anew.
    expect(String((await unzip.next()).value)).toBe("first");
    zip.end("second");
    expect(String((await unzip.next()).value)).toBe("second");
    const whole = hold("zipped.test").then((next) => {
      next.at.response.writeHead(200, { "content-length": "5" }).end("whole");
      return once(next.request, "response") as Promise<[IncomingMessage]>;
    });
    expect((await whole)[0].headers["content-length"]).toBe("5");
  });

  it("are WebSockets until they are closed, with the pod's code", async () => {
    const connect = async () => {
      const socket = new WebSocket(`ws://127.0.0.1:${edge.http}/`, { headers: { host: "socket.test" } });
      await once(socket, "open");
      return socket;
    };
    const [first, second] = [await connect(), await connect()];
    for (const message of ["text", Buffer.from([0, 255])]) {
      first.send(message);
      const [data, isBinary] = (await once(first, "message")) as [Buffer, boolean];
      expect([data, isBinary]).toEqual([Buffer.from(message), typeof message !== "string"]);
    }
    const refused = new WebSocket(`ws://127.0.0.1:${edge.http}/`, { headers: { host: "socket.test" } });
    await expect(once(refused, "open")).rejects.toThrow("503");
    first.send("bye");
    const [code, reason] = (await once(first, "close")) as [number, Buffer];
    expect([code, String(reason)]).toEqual([4001, "as you wish"]);
    const third = await eventually(
      async () => {
        const socket = new WebSocket(`ws://127.0.0.1:${edge.http}/`, { headers: { host: "socket.test" } });
        return once(socket, "open").then(
          () => socket,
          () => undefined,
        );
      },
      (socket) => socket !== undefined,
    );
    second.terminate();
    third?.terminate();
    await mayPass("socket.test");
  });
});
