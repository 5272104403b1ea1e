import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { annotated, hostOf } from "../support/annotated.ts";
import { eventually, get } from "../support/client.ts";
import { type Up, up } from "../support/lintel.ts";
import { secret, service } from "../support/objects.ts";
import { Pod } from "../support/pods.ts";

let pod: Pod;
let edge: Up;

// The password is `secret`.
const BCRYPT = "$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a";
const APR1 = "$apr1$mysalt01$/cRffBNS3uUoUIZzjaBHv1";
const SHA = "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=";

const HERE = "192.0.2.0/24, 127.0.0.0/8";
const ELSEWHERE = "10.0.0.0/8";

const basic = (more: Record<string, string> = {}) => ({
  "auth-type": "basic",
  "auth-secret": "users",
  "auth-realm": "The shop",
  ...more,
});

beforeAll(async () => {
  pod = await Pod.start("web");
  edge = await up({
    "access.yaml": [
      ...service("web", [pod.port]),
      secret("users", { auth: `alice:${BCRYPT}\nbob:${APR1}\ncarol:${SHA}\ndave:secret\n` }),
      secret("map", { alice: BCRYPT }),
      hostOf("open.test", "web"),
      hostOf("here.test", "web", { "whitelist-source-range": HERE }),
      hostOf("elsewhere.test", "web", { "whitelist-source-range": ELSEWHERE }),
      hostOf("denied.test", "web", { "denylist-source-range": HERE }),
      hostOf("broken.test", "web", { "whitelist-source-range": `${HERE}, 10.0.0.0/99` }),
      hostOf("basic.test", "web", basic()),
      hostOf("map.test", "web", basic({ "auth-secret": "map", "auth-secret-type": "auth-map" })),
      secret("nobody", { auth: "alice:\n" }),
      hostOf("nobody.test", "web", basic({ "auth-secret": "nobody" })),
      hostOf("shared.test", "web", basic({ "enable-cors": "true" })),
      annotated("moved", basic({ "rewrite-target": "/$1" }), {
        rules: [
          {
            host: "moved.test",
            paths: [{ path: "/[^/]+/[^/]+/(.*)", pathType: "ImplementationSpecific", service: "web" }],
          },
        ],
      }),
      hostOf("missing.test", "web", basic({ "auth-secret": "later" })),
      hostOf("all.test", "web", basic({ "whitelist-source-range": ELSEWHERE })),
      hostOf("any.test", "web", basic({ "whitelist-source-range": HERE, satisfy: "any" })),
      hostOf("either.test", "web", basic({ "whitelist-source-range": ELSEWHERE, satisfy: "any" })),
    ],
  });
});
afterAll(async () => {
  await edge.close();
  await pod.close();
});

const as = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
});
const ask = (host: string, headers = {}, path = "/") => get(edge.http, host, path, { headers });

describe("an address", () => {
  test.each([
    ["open.test", 200],
    ["here.test", 200],
    ["elsewhere.test", 403],
    ["denied.test", 403],
    ["broken.test", 403],
  ])("%s: %i", async (host, status) => {
    expect((await ask(host)).status).toBe(status);
  });

  it("is not what a client says of itself", async () => {
    const forged = { "x-forwarded-for": "10.0.0.1", "x-real-ip": "10.0.0.1", "cf-connecting-ip": "10.0.0.1" };
    expect((await ask("elsewhere.test", forged)).status).toBe(403);
  });
});

describe("a password", () => {
  test.each([
    ["by bcrypt", "basic.test", as("alice", "secret"), 200],
    ["by bcrypt, once more", "basic.test", as("alice", "secret"), 200],
    ["by apr1", "basic.test", as("bob", "secret"), 200],
    ["by SHA", "basic.test", as("carol", "secret"), 200],
    ["in a map", "map.test", as("alice", "secret"), 200],
    ["that is wrong", "basic.test", as("alice", "wrong"), 401],
    ["that is stored in clear", "basic.test", as("dave", "secret"), 401],
    ["in a Secret without a user", "nobody.test", as("alice", ""), 401],
    ["of nobody", "basic.test", as("eve", "secret"), 401],
    ["that is missing", "basic.test", {}, 401],
    ["from the wrong address", "all.test", as("alice", "secret"), 403],
    ["from the wrong address, where any will do", "either.test", as("alice", "secret"), 200],
    ["that is missing where the address will do", "any.test", {}, 200],
    ["that is missing where the address will not do", "either.test", {}, 401],
  ])("%s", async (_, host, headers, status) => {
    expect((await ask(host, headers)).status).toBe(status);
  });

  it("is asked for, and does not reach the Service", async () => {
    expect((await ask("basic.test")).headers["www-authenticate"]).toBe(`Basic realm="The shop"`);
    expect((await ask("basic.test", as("alice", "secret"))).json().headers.authorization).toBeUndefined();
  });

  it("is not asked of a certificate authority", async () => {
    expect((await ask("basic.test", {}, "/.well-known/acme-challenge/token")).status).toBe(200);
  });

  test.each([
    ["basic.test", "/.well-known/acme-challenge/..%2f..%2fadmin"],
    ["basic.test", "/.well-known/acme-challenge/..;/..;/admin"],
    ["basic.test", "/admin/..%2f.well-known/acme-challenge/token"],
    ["moved.test", "/.well-known/acme-challenge/admin"],
  ])("is asked at %s for what only looks like its path: %s", async (host, path) => {
    expect((await ask(host, {}, path)).status).toBe(401);
  });

  it("is asked for in a way that scripts of other origins may read", async () => {
    const { status, headers } = await ask("shared.test");
    expect([status, headers["access-control-allow-origin"]]).toEqual([401, "*"]);
    expect((await get(edge.http, "shared.test", "/", { method: "OPTIONS" })).status).toBe(204);
  });

  it("can be checked once its Secret is there", async () => {
    expect((await ask("missing.test", as("alice", "secret"))).status).toBe(503);
    await edge.write("later.yaml", [secret("later", { auth: `alice:${SHA}\n` })]);
    await eventually(
      () => ask("missing.test", as("alice", "secret")),
      ({ status }) => status === 200,
    );
    expect((await ask("missing.test")).status).toBe(401);
  });
});

it("what is wrong is said with its remedy", () => {
  expect(edge.lintel.stderr + edge.lintel.stdout).toMatch(/10\.0\.0\.0\/99/);
});
