import { describe, expect, it, test } from "vitest";
import { relayed } from "../../../../../worker/ingress/filters/limits/relay.ts";

/** Both ends of a relayed WebSocket: the client's and the pod's. */
function connect() {
  const pair = new WebSocketPair();
  const [upstream, pod] = [pair[0], pair[1]];
  const state = { ended: 0 };
  const response = relayed(
    new Response(null, { status: 101, webSocket: upstream, headers: { "sec-websocket-protocol": "chat" } }),
    upstream,
    () => void state.ended++,
  );
  const client = response.webSocket;
  if (client === null) throw new Error("no WebSocket");
  for (const socket of [client, pod]) {
    socket.binaryType = "arraybuffer";
    socket.accept();
  }
  return { state, response, client, pod };
}

const next = (socket: WebSocket, type: "message" | "close"): Promise<MessageEvent & CloseEvent> =>
  new Promise((resolve) => {
    socket.addEventListener(type, (event) => resolve(event as MessageEvent & CloseEvent), { once: true });
  });

describe("a relayed WebSocket", () => {
  it("keeps what was agreed on", () => {
    const { response } = connect();
    expect([response.status, response.headers.get("sec-websocket-protocol")]).toEqual([101, "chat"]);
  });

  it("carries text and binary messages both ways", async () => {
    const { client, pod } = connect();
    for (const [from, to] of [
      [client, pod],
      [pod, client],
    ] as const) {
      const first = next(to, "message");
      from.send("first");
      expect((await first).data).toBe("first");
      const second = next(to, "message");
      from.send(new Uint8Array([0, 255]));
      expect((await second).data).toEqual(new Uint8Array([0, 255]).buffer);
    }
  });

  test.each([
    ["client", 4002, "enough"],
    ["pod", 4001, "as you wish"],
    ["pod", 1000, ""],
  ] as const)("ends as the %s has it: %i %s", async (who, code, reason) => {
    const { state, ...ends } = connect();
    const other = who === "client" ? ends.pod : ends.client;
    const closed = next(other, "close");
    ends[who].close(code, reason);
    expect(await closed).toMatchObject({ code, reason });
    await expect.poll(() => state.ended).toBeGreaterThan(0);
  });

  it("ends without a code where there was none", async () => {
    const { client, pod } = connect();
    const closed = next(pod, "close");
    client.close();
    expect(await closed).toMatchObject({ code: 1005 });
  });
});
