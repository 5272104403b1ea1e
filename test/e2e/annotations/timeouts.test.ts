import { once } from "node:events";
import { afterAll, beforeAll, expect, it } from "vitest";
import { WebSocket } from "ws";
import { hostOf } from "../support/annotated.ts";
import { get } from "../support/client.ts";
import { type Up, up } from "../support/lintel.ts";
import { service } from "../support/objects.ts";
import { Pod } from "../support/pods.ts";

let silent: Pod;
let late: Pod;
let edge: Up;
beforeAll(async () => {
  silent = await Pod.start("silent", () => undefined);
  late = await Pod.start("late", (_, response) => void setTimeout(() => response.end("late"), 400));
  edge = await up({
    "timeouts.yaml": [
      ...service("silent", [silent.port]),
      ...service("late", [late.port]),
      ...service("both", [silent.port, late.port]),
      hostOf("short.test", "silent", { "proxy-read-timeout": "200ms" }),
      hostOf("long.test", "late", { "proxy-read-timeout": "30" }),
      hostOf("next.test", "both", { "proxy-read-timeout": "1s", "proxy-connect-timeout": "5" }),
      hostOf("resting.test", "late", { "proxy-read-timeout": "1" }),
    ],
  });
});
afterAll(async () => {
  await edge.close();
  await Promise.all([silent.close(), late.close()]);
});

it("an endpoint that does not answer in the route's time is answered for with 504", async () => {
  expect((await get(edge.http, "short.test", "/")).status).toBe(504);
});

it("one that answers in time is waited for", async () => {
  expect((await get(edge.http, "long.test", "/")).body).toBe("late");
});

it("another endpoint is tried after a timeout", async () => {
  const found = await Promise.all([get(edge.http, "next.test", "/"), get(edge.http, "next.test", "/")]);
  expect(found.map(({ body }) => body)).toEqual(["late", "late"]);
});

it("a WebSocket on which nobody speaks is closed after the route's time, and one that is used is not", async () => {
  late.sockets.on("connection", (socket) => socket.on("message", (data: Buffer) => socket.send(data)));
  const client = new WebSocket(`ws://127.0.0.1:${edge.http}/`, { headers: { host: "resting.test" } });
  await once(client, "open");
  for (let i = 0; i < 5; i++) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    client.send("still here");
    await once(client, "message");
  }
  expect(client.readyState).toBe(WebSocket.OPEN);
  await once(client, "close");
});
