import type { Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import {
  BodilessConnections,
  type BodilessRequest,
  type BreakCause,
} from "../../../embedded-edge/http/bodiless-connections.ts";
import { startTcpServer } from "../support/http.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function listening(onConnection: (socket: Socket) => void): Promise<number> {
  const peer = await startTcpServer(onConnection);
  closing.push(() => peer.close());
  return peer.port;
}

/** Answers every request with the number of its connection, and these fields. */
function numbering(fields: string, version = "1.1"): Promise<number> {
  let connections = 0;
  return listening((socket) => {
    const body = String((connections += 1));
    socket.on("data", () => {
      socket.write(`HTTP/${version} 200 OK\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`);
    });
  });
}

function connections(keepAliveMs = 60_000): BodilessConnections {
  const made = new BodilessConnections({ keepAliveMs, resets: false });
  closing.push(() => made.close());
  return made;
}

interface Outcome {
  readonly text: string;
  readonly cause?: BreakCause;
}

function ask(
  from: BodilessConnections,
  port: number,
  { fresh = false, limits }: { fresh?: boolean } & Pick<BodilessRequest, "limits"> = {},
): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  let text = "";
  const request = {
    host: "127.0.0.1",
    port,
    method: "GET",
    text: "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    limits,
  };
  from.ask(request, fresh, {
    head: () => undefined,
    body: (octets) => (text += octets.toString("latin1")),
    read(isComplete) {
      if (isComplete) resolve({ text });
      return true;
    },
    broken: (_, cause) => resolve({ text, cause }),
  });
  return promise;
}

const texts = (outcomes: readonly Outcome[]) => outcomes.map(({ text }) => text);

describe("a connection", () => {
  it.each([
    ["is kept", "", "1.1", ["1", "1"]],
    ["is kept for as long as is announced", "Keep-Alive: timeout=5, max=100\r\n", "1.1", ["1", "1"]],
    ["is not kept where a second is all that is announced", "Keep-Alive: timeout=1\r\n", "1.1", ["1", "2"]],
    ["is not kept where the response says so", "Connection: close\r\n", "1.1", ["1", "2"]],
    ["is not kept by HTTP/1.0", "", "1.0", ["1", "2"]],
  ])("%s", async (_, fields, version, expected) => {
    const port = await numbering(fields, version);
    const from = connections();
    expect(texts([await ask(from, port), await ask(from, port)])).toEqual(expected);
  });

  it("is not kept for longer than it may rest", async () => {
    const port = await numbering("");
    const from = connections(0);
    expect(texts([await ask(from, port), await ask(from, port)])).toEqual(["1", "2"]);
  });

  it("is not taken where a fresh one is wanted", async () => {
    const port = await numbering("");
    const from = connections();
    expect(texts([await ask(from, port), await ask(from, port, { fresh: true })])).toEqual(["1", "2"]);
  });

  it("is of one place, and each request under way has one", async () => {
    const [one, other] = [await numbering(""), await numbering("")];
    const from = connections();
    const first = await Promise.all([ask(from, one), ask(from, one), ask(from, other)]);
    expect(texts(first).toSorted()).toEqual(["1", "1", "2"]);
    expect(texts([await ask(from, other)])).toEqual(["1"]);
  });
});

describe("a response that does not come", () => {
  it.each<[string, (turn: number) => string | undefined, number, BreakCause]>([
    ["is broken, on a new connection", () => undefined, 1, "broken"],
    ["is stale, on a kept one", (turn) => (turn === 1 ? "HTTP/1.1 204 No\r\n\r\n" : undefined), 2, "stale"],
    [
      "is broken, where it began",
      (turn) => (turn === 1 ? "HTTP/1.1 204 No\r\n\r\n" : "HTTP/1.1 200 OK\r\n"),
      2,
      "broken",
    ],
  ])("%s", async (_, answer, asked, cause) => {
    let turn = 0;
    const port = await listening((socket) => {
      socket.on("data", () => {
        const text = answer((turn += 1));
        socket.write(text ?? "");
        if (text?.endsWith("\r\n\r\n") !== true) socket.end();
      });
    });
    const from = connections();
    let last: Outcome | undefined;
    for (let i = 0; i < asked; i += 1) last = await ask(from, port);
    expect(last?.cause).toBe(cause);
  });

  it("is unconnected, where nobody listens", async () => {
    const peer = await startTcpServer(() => undefined);
    await peer.close();
    expect((await ask(connections(), peer.port)).cause).toBe("unconnected");
  });

  it("is silent, where nothing comes for so long", async () => {
    const port = await listening((socket) => void socket.on("data", () => undefined));
    const limits = { connectMs: 10_000, readMs: 40 };
    expect((await ask(connections(), port, { limits })).cause).toBe("silent");
  });
});
