/** ingress-nginx's own ConfigMap: what holds for all Ingresses of its class. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { annotated } from "../support/annotated.ts";
import { get } from "../support/client.ts";
import { type Up, up } from "../support/lintel.ts";
import { ingress, service } from "../support/objects.ts";
import { Pod } from "../support/pods.ts";

const HEADERS = { headers: { "x-key": "right" } };
let edge: Up;
let pod: Pod;
let auth: Pod;

/** An Ingress of ingress-nginx's class. */
function hostOf(host: string, annotations: Readonly<Record<string, string>> = {}): object {
  const rules = [{ host, paths: [{ path: "/", service: "web" }] }];
  return annotated(host.replaceAll(".", "-"), annotations, { className: "nginx", rules });
}

function config(data: Readonly<Record<string, string>>): object {
  const metadata = { name: "ingress-nginx-controller", namespace: "ingress-nginx" };
  return { apiVersion: "v1", kind: "ConfigMap", metadata, data };
}

beforeAll(async () => {
  pod = await Pod.start("web");
  auth = await Pod.start("auth", (request, response) => {
    response.writeHead(request.headers["x-key"] === "right" ? 200 : 401).end();
  });
  const rules = [{ host: "ours.test", paths: [{ path: "/", service: "web" }] }];
  edge = await up({
    "config.yaml": [config({ "global-auth-url": "http://auth.test/check", "proxy-body-size": "10" })],
    "web.yaml": [
      ...service("web", [pod.port]),
      ...service("auth", [auth.port]),
      hostOf("asked.test"),
      hostOf("exempt.test", { "enable-global-auth": "false" }),
      hostOf("roomy.test", { "enable-global-auth": "false", "proxy-body-size": "20" }),
      ingress("ours", { rules }),
    ],
  });
});
afterAll(async () => {
  await edge.close();
  await Promise.all([pod.close(), auth.close()]);
});

const statusOf = async (...asked: Parameters<typeof get>) => (await get(...asked)).status;

it("asks global-auth-url for every Ingress that is not exempt", async () => {
  expect(await statusOf(edge.http, "asked.test", "/")).toBe(401);
  expect(await statusOf(edge.http, "asked.test", "/", HEADERS)).toBe(200);
  expect(await statusOf(edge.http, "exempt.test", "/")).toBe(200);
});

it("leaves Ingresses of our own class alone", async () => {
  expect(await statusOf(edge.http, "ours.test", "/")).toBe(200);
});

it("takes proxy-body-size where an Ingress has none", async () => {
  const post = { method: "POST", body: "fifteen letters" };
  expect(await statusOf(edge.http, "exempt.test", "/", post)).toBe(413);
  expect(await statusOf(edge.http, "roomy.test", "/", post)).toBe(200);
});

it("is followed: without it Ingresses stand alone", async () => {
  await edge.write("config.yaml", [config({})]);
  await expect.poll(() => statusOf(edge.http, "asked.test", "/"), { timeout: 10_000 }).toBe(200);
});

it("keeps block-cidrs out of Ingresses of its class", async () => {
  await edge.write("config.yaml", [config({ "block-cidrs": "127.0.0.0/8" })]);
  await expect.poll(() => statusOf(edge.http, "asked.test", "/"), { timeout: 10_000 }).toBe(403);
  expect(await statusOf(edge.http, "ours.test", "/")).toBe(200);
});
