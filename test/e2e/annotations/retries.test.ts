import { once } from "node:events";
import http from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hostOf } from "../support/annotated.ts";
import { eventually, get } from "../support/client.ts";
import { type Up, up } from "../support/lintel.ts";
import { service } from "../support/objects.ts";
import { freePorts } from "../support/ports.ts";
import { Pod } from "../support/pods.ts";

const pods = new Map<string, Pod>();
const portsOf = (...names: string[]) => names.map((name) => pods.get(name)?.port ?? 0);
let edge: Up;

/** Takes each request, and breaks off. */
class Breaking {
  readonly #server: Server;
  requests = 0;

  constructor() {
    this.#server = createServer((socket: Socket) => {
      socket.on("error", () => socket.destroy());
      socket.once("data", () => {
        this.requests++;
        socket.resetAndDestroy();
      });
    });
  }

  async start(): Promise<number> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.close();
  }
}
const breaking = new Breaking();
const counted = new Breaking();

const objects = (more: readonly object[]) => [...more, hostOf("later.test", "steady")];
let manifests: object[];

beforeAll(async () => {
  for (const name of ["a", "b", "c"]) pods.set(name, await Pod.start(name));
  pods.set("busy", await Pod.start("busy", (_, response) => void response.writeHead(503).end("busy")));
  const [closed = 0] = await freePorts(1);
  const broken = await breaking.start();
  manifests = [
    ...service("steady", portsOf("a")),
    ...service("dying", portsOf("a", "b", "c")),
    ...service("closed", [closed, ...portsOf("a")]),
    ...service("shut", [closed, ...portsOf("a")]),
    ...service("breaking", [broken, ...portsOf("a")]),
    ...service("ejected", [await counted.start(), ...portsOf("a")]),
    ...service("large", [broken, ...portsOf("a", "b")]),
    ...service("busy", portsOf("busy", "a")),
    hostOf("dying.test", "dying"),
    hostOf("closed.test", "closed"),
    hostOf("off.test", "shut", { "proxy-next-upstream": "off" }),
    hostOf("breaking.test", "breaking"),
    hostOf("twice.test", "breaking", { "proxy-next-upstream": "error non_idempotent" }),
    hostOf("ejected.test", "ejected"),
    hostOf("large.test", "large"),
    hostOf("busy.test", "busy", { "proxy-next-upstream": "error http_503" }),
    hostOf("patient.test", "busy"),
  ];
  edge = await up({ "retries.yaml": manifests });
});
afterAll(async () => {
  await edge.close();
  await Promise.all([...pods.values()].map((pod) => pod.close()));
  breaking.close();
  counted.close();
});

async function statuses(host: string, n: number, method = "GET", body?: string): Promise<number[]> {
  const found: number[] = [];
  for (let i = 0; i < n; i++) {
    found.push((await get(edge.http, host, "/", { method, ...(body && { body }) })).status);
  }
  return found;
}
const all = (n: number, status: number) => Array.from({ length: n }, () => status);

describe("another endpoint is tried", () => {
  it("when one cannot be dialed, for every method", async () => {
    expect(await statuses("closed.test", 6)).toEqual(all(6, 200));
    expect(await statuses("closed.test", 6, "POST", "all of it")).toEqual(all(6, 200));
  });

  it("when one breaks off, unless the request may not happen twice", async () => {
    const before = breaking.requests;
    const posted = await statuses("breaking.test", 4, "POST", "once");
    // Every request was sent once: where it broke off, that was the end of it.
    expect(posted.filter((status) => status === 502).length).toBe(breaking.requests - before);
    expect(posted).toContain(502);
    expect(await statuses("breaking.test", 4)).toEqual(all(4, 200));
  });

  it("with a body as well, where it may happen twice", async () => {
    expect(await statuses("twice.test", 4, "POST", "twice")).toEqual(all(4, 200));
  });

  it("with a large body, as long as it may happen twice", async () => {
    const large = "x".repeat(2_000_000);
    expect(await statuses("large.test", 4, "PUT", large)).toEqual(all(4, 200));
  });

  it("after a status only where that is asked for", async () => {
    expect(await statuses("busy.test", 4)).toEqual(all(4, 200));
    expect(await statuses("patient.test", 4)).toContain(503);
  });

  it("not when that is off", async () => {
    expect(await statuses("off.test", 4)).toContain(502);
  });
});

it("an endpoint that breaks off again and again is left out, also after the configuration has changed", async () => {
  expect(await statuses("ejected.test", 20)).toEqual(all(20, 200));
  expect(counted.requests).toBe(3);
  await edge.write("retries.yaml", [
    ...objects(manifests),
    ...service("ejected", portsOf("b", "c")).slice(1).map(renamed),
  ]);
  await eventually(
    () => get(edge.http, "later.test", "/"),
    ({ status }) => status === 200,
  );
  const seen = new Set<string>();
  for (let i = 0; i < 9; i++) seen.add((await get(edge.http, "ejected.test", "/")).json().pod);
  expect(seen).toEqual(new Set(["a", "b", "c"]));
  expect(counted.requests).toBe(3);
});

/** Slices beside those that are there. */
function renamed(object: object, index: number): object {
  const { metadata } = object as { metadata: object };
  return { ...object, metadata: { ...metadata, name: `ejected-more-${index}` } };
}

it("no request fails while an endpoint dies under load", async () => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
  const ask = (i: number) =>
    new Promise<number>((resolve, reject) => {
      const options = {
        port: edge.http,
        host: "127.0.0.1",
        path: `/${i}`,
        headers: { host: "dying.test" },
        agent,
      };
      http
        .get(options, (response) => {
          response.resume();
          response.on("end", () => resolve(response.statusCode ?? 0));
        })
        .on("error", reject);
    });
  const answers = Array.from({ length: 200 }, (_, i) => ask(i));
  await answers[40];
  await pods.get("c")?.close();
  const found = await Promise.all(answers);
  agent.destroy();
  expect(found).toEqual(all(200, 200));
});
