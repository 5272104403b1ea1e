import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { annotated, hostOf } from "../support/annotated.ts";
import { eventually, get, getTls, readCa } from "../support/client.ts";
import { type Up, up } from "../support/lintel.ts";
import { service } from "../support/objects.ts";
import { Pod } from "../support/pods.ts";

const pods: Pod[] = [];
let edge: Up;
const objects = (n: number) => [
  ...service(
    "web",
    pods.slice(0, n).map(({ port }) => port),
  ),
  hostOf("sticky.test", "web", {
    affinity: "cookie",
    "affinity-mode": "persistent",
    "session-cookie-name": "route",
  }),
  hostOf("balanced.test", "web", { affinity: "cookie" }),
  annotated(
    "paths",
    { affinity: "cookie", "session-cookie-max-age": "60" },
    {
      rules: [{ host: "paths.test", paths: [{ path: "/something", service: "web" }] }],
    },
  ),
];

beforeAll(async () => {
  for (const name of ["a", "b", "c", "d"]) pods.push(await Pod.start(name));
  edge = await up({ "affinity.yaml": objects(2) });
});
afterAll(async () => {
  await edge.close();
  await Promise.all(pods.map((pod) => pod.close()));
});

async function begin(host: string): Promise<{ pod: string; cookie: string }> {
  const answer = await get(edge.http, host, "/");
  return { pod: answer.json().pod, cookie: answer.headers["set-cookie"]?.[0]?.split(";")[0] ?? "" };
}
const again = async (host: string, cookie: string) => get(edge.http, host, "/", { headers: { cookie } });

describe("a client with a cookie", () => {
  it("stays with its endpoint, in either mode", async () => {
    for (const host of ["sticky.test", "balanced.test"]) {
      const { pod, cookie } = await begin(host);
      for (let i = 0; i < 5; i++) {
        const answer = await again(host, cookie);
        expect([answer.json().pod, answer.headers["set-cookie"]]).toEqual([pod, undefined]);
      }
    }
  });

  it("learns nothing of the endpoint", async () => {
    const { cookie } = await begin("sticky.test");
    expect(cookie).toMatch(/^route=[0-9a-f.]+$/);
    expect(cookie).not.toContain("127.0.0.1");
  });

  it("stays there when endpoints are added, and gets another one when its own goes", async () => {
    const clients = [await begin("sticky.test"), await begin("sticky.test"), await begin("sticky.test")];
    await edge.write("affinity.yaml", objects(4));
    await eventually(
      async () => (await get(edge.http, "sticky.test", "/")).json().pod,
      (pod) => pod === "c" || pod === "d",
    );
    for (const { pod, cookie } of clients) expect((await again("sticky.test", cookie)).json().pod).toBe(pod);
    const stranger = await eventually(
      () => begin("sticky.test"),
      ({ pod }) => pod === "d",
    );
    await edge.write("affinity.yaml", objects(2));
    const moved = await eventually(
      () => again("sticky.test", stranger.cookie),
      (answer) => answer.json().pod !== "d",
    );
    expect(moved.headers["set-cookie"]?.[0]).toMatch(/^route=/);
  });
});

describe("the cookie", () => {
  it("is for the path of its rule", async () => {
    const { headers } = await get(edge.http, "paths.test", "/something/else");
    expect(headers["set-cookie"]).toEqual([
      expect.stringMatching(/^INGRESSCOOKIE=[0-9a-f.]+; Path=\/something; Max-Age=60; HttpOnly$/),
    ]);
  });

  it("is Secure over https", async () => {
    const { headers } = await getTls(edge.https, "balanced.test", "/", { ca: await readCa(edge.ca) });
    expect(headers["set-cookie"]?.[0]).toContain("; Path=/; Secure; HttpOnly");
  });
});
