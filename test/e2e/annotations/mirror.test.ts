import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hostOf } from "../support/annotated.ts";
import { get } from "../support/client.ts";
import { type Up, up } from "../support/lintel.ts";
import { service } from "../support/objects.ts";
import { Pod } from "../support/pods.ts";
import { freePorts } from "../support/ports.ts";

interface Copy {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let web: Pod;
let copy: Pod;
let silent: Pod;
let edge: Up;
/** Copies that came, and who waits for the next one. */
const copies: Copy[] = [];
let waiting: (() => void) | undefined;

async function nextCopy(): Promise<Copy> {
  for (;;) {
    const found = copies.shift();
    if (found !== undefined) return found;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    waiting = () => resolve(undefined);
    await promise;
  }
}

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = "", url = "", headers } = request;
  copies.push({ method, url, headers, body: await text(request) });
  response.statusCode = 500;
  response.end("nobody reads this");
  waiting?.();
}

beforeAll(async () => {
  web = await Pod.start("web");
  silent = await Pod.start("silent", () => undefined);
  copy = await Pod.start("copy", (request, response) => void receive(request, response));
  const [nobody = 0] = await freePorts(1);
  edge = await up({
    "mirror.yaml": [
      ...service("web", [web.port]),
      ...service("copy", [copy.port]),
      ...service("silent", [silent.port]),
      ...service("down", [nobody]),
      hostOf("all.test", "web", { "mirror-target": "http://copy.test.svc.cluster.local" }),
      hostOf("path.test", "web", {
        "mirror-target": "http://copy/mirrored$request_uri",
        "mirror-host": "m.test",
      }),
      hostOf("bodiless.test", "web", { "mirror-target": "http://copy", "mirror-request-body": "off" }),
      hostOf("silent.test", "web", { "mirror-target": "http://silent" }),
      hostOf("down.test", "web", { "mirror-target": "http://down" }),
      hostOf("missing.test", "web", { "mirror-target": "http://missing" }),
      hostOf("denied.test", "web", {
        "mirror-target": "http://copy",
        "denylist-source-range": "127.0.0.0/8",
      }),
    ],
  });
});
afterAll(async () => {
  await edge.close();
  await Promise.all([web.close(), copy.close(), silent.close()]);
});

describe("a copy", () => {
  it("is the request as the Service gets it", async () => {
    const headers = { cookie: "a=1", "x-forwarded-for": "10.0.0.1" };
    const answer = await get(edge.http, "all.test", "/x?q=1", { headers });
    expect([answer.status, answer.json().pod]).toEqual([200, "web"]);
    const { headers: copied, ...rest } = await nextCopy();
    expect(rest).toEqual({ method: "GET", url: "/x?q=1", body: "" });
    expect(copied).toMatchObject({
      host: "copy.test.svc.cluster.local",
      cookie: "a=1",
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-host": "all.test",
      "x-request-id": answer.json().headers["x-request-id"],
    });
  });

  it("has the body", async () => {
    const body = "b".repeat(100_000);
    expect((await get(edge.http, "all.test", "/", { method: "POST", body })).json().body).toBe(body);
    const found = await nextCopy();
    expect(found).toMatchObject({ method: "POST", body, headers: { "content-length": "100000" } });
  });

  it("has the path and Host that are asked for", async () => {
    await get(edge.http, "path.test", "/x?q=1");
    expect(await nextCopy()).toMatchObject({ url: "/mirrored/x?q=1", headers: { host: "m.test" } });
  });

  it("has no body where it is told so", async () => {
    const answer = await get(edge.http, "bodiless.test", "/", { method: "POST", body: "abc" });
    expect(answer.json().body).toBe("abc");
    expect(await nextCopy()).toMatchObject({ method: "POST", body: "" });
  });
});

describe("the request is served", () => {
  it.each(["silent.test", "down.test", "missing.test"])("whatever becomes of the copy: %s", async (host) => {
    for (let i = 0; i < 20; i++) {
      const answer = await get(edge.http, host, "/", { method: "POST", body: "abc" });
      expect([answer.status, answer.json().body]).toEqual([200, "abc"]);
    }
  });

  it("with a body that is too large to be copied", async () => {
    const body = "b".repeat(1_000_000);
    expect((await get(edge.http, "all.test", "/large", { method: "POST", body })).json().body).toBe(body);
    await get(edge.http, "all.test", "/small");
    expect((await nextCopy()).url).toBe("/small");
  });
});

it("a request that is refused is not copied", async () => {
  expect((await get(edge.http, "denied.test", "/denied")).status).toBe(403);
  await get(edge.http, "all.test", "/next");
  expect((await nextCopy()).url).toBe("/next");
});
