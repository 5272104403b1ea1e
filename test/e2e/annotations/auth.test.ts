import type { IncomingMessage, RequestListener } from "node:http";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from "vitest";
import { annotated, hostOf } from "../support/annotated.ts";
import { get } from "../support/client.ts";
import { type Up, up } from "../support/lintel.ts";
import { configMap, secret, service } from "../support/objects.ts";
import { Pod } from "../support/pods.ts";
import { freePorts } from "../support/ports.ts";

const ISSUER = "https://login.test/";

let web: Pod;
let auth: Pod;
let keys: Pod;
let edge: Up;
let signing: Awaited<ReturnType<typeof generateKeyPair>>;
/** What reached the auth service. */
let questions: IncomingMessage[];

/** Answers as its path says: `/check/401`; `/session` and `/plain` by the client's cookie, the latter without one of its own. */
const authService: RequestListener = (request, response) => {
  questions.push(request);
  const [, kind, status] = (request.url ?? "").split("/");
  const isIn = request.headers.cookie?.includes("session=good") === true;
  const answer = kind === "check" ? Number(status) : isIn ? 200 : 401;
  response.setHeader("x-user", "alice");
  response.setHeader("www-authenticate", `Custom realm="x"`);
  if (kind !== "plain") response.setHeader("set-cookie", "seen=1; Path=/");
  response.statusCode = answer;
  response.end("not for the client");
};

const AUTH = "http://auth.test.svc.cluster.local";

beforeAll(async () => {
  signing = await generateKeyPair("ES256");
  const jwk = { ...(await exportJWK(signing.publicKey)), kid: "one" };
  [web, auth, keys] = await Promise.all([
    Pod.start("web"),
    Pod.start("auth", authService),
    Pod.start("keys", (_, response) => response.end(JSON.stringify({ keys: [jwk] }))),
  ]);
  const [nobody = 0] = await freePorts(1);
  const jwt = {
    "lintel.dev/jwt-issuer": ISSUER,
    "lintel.dev/jwt-audience": "shop",
    "lintel.dev/jwt-jwks-url": "http://keys/jwks.json",
    "lintel.dev/jwt-claims-to-headers": "sub=X-User",
  };
  edge = await up({
    "auth.yaml": [
      ...service("web", [web.port]),
      ...service("auth", [auth.port]),
      ...service("keys", [keys.port]),
      ...service("down", [nobody]),
      configMap("headers", { "X-Tenant": "shop", "X-Asked-For": "$host$uri" }),
      ...[200, 204, 401, 403, 302, 404, 500].map((status) =>
        hostOf(`s${status}.test`, "web", {
          "auth-url": `${AUTH}/check/${status}`,
          "auth-response-headers": "X-User, X-Missing",
        }),
      ),
      hostOf("short.test", "web", { "auth-url": "http://auth/session" }),
      hostOf("headers.test", "web", {
        "auth-url": "http://auth.test/session",
        "auth-method": "POST",
        "auth-proxy-set-headers": "test/headers",
        "auth-request-redirect": "https://$host/back",
      }),
      hostOf("signin.test", "web", {
        "auth-url": `${AUTH}/session`,
        "auth-signin": "https://$host/oauth2/start",
        "auth-always-set-cookie": "true",
      }),
      hostOf("cached.test", "web", {
        "auth-url": `${AUTH}/plain`,
        "auth-cache-key": "$cookie_session",
        "auth-cache-duration": "200 10m",
      }),
      ...[
        ["user", "$remote_user"],
        ["unknown", "$ssl_client_fingerprint"],
      ].map(([name, key = ""]) =>
        hostOf(`by-${name}.test`, "web", { "auth-url": `${AUTH}/plain`, "auth-cache-key": key }),
      ),
      hostOf("either.test", "web", {
        "auth-url": `${AUTH}/plain`,
        "auth-signin": "https://$host/start",
        "auth-type": "basic",
        "auth-secret": "users",
        satisfy: "any",
      }),
      // The password is `secret`.
      secret("users", { auth: "alice:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=" }),
      hostOf("down.test", "web", { "auth-url": "http://down/check" }),
      hostOf("missing.test", "web", { "auth-url": "http://nothing.test.svc.cluster.local/check" }),
      hostOf("private.test", "web", { "auth-url": `http://127.0.0.1:${auth.port}/check/200` }),
      hostOf("nonsense.test", "web", { "auth-url": "auth" }),
      hostOf("empty-label.test", "web", { "auth-url": "https://invalid..auth.url" }),
      hostOf("resolving.test", "web", { "auth-url": `http://$http_x_auth:${auth.port}/check/200` }),
      // As oauth2-proxy has it: the application and the proxy share a host, and the proxy's own path is open.
      hostOf("app.test", "web", { "auth-url": "https://$host/session/auth" }),
      annotated(
        "app-oauth2",
        {},
        { rules: [{ host: "app.test", paths: [{ path: "/session", service: "auth" }] }] },
      ),
      hostOf("circle.test", "web", { "auth-url": "https://$host/again" }),
      hostOf("jwt.test", "web", jwt),
      hostOf("jwt-down.test", "web", { ...jwt, "lintel.dev/jwt-jwks-url": "http://down/jwks.json" }),
    ],
  });
});
afterAll(async () => {
  await edge.close();
  await Promise.all([web.close(), auth.close(), keys.close()]);
});
beforeEach(() => {
  questions = [];
});

const ask = (host: string, headers = {}, path = "/x/y?q=1") => get(edge.http, host, path, { headers });

describe("the service's answer", () => {
  test.each([
    ["s200.test", 200],
    ["s204.test", 200],
    ["s401.test", 401],
    ["s403.test", 403],
    ["s302.test", 500],
    ["s404.test", 500],
    ["s500.test", 500],
    ["down.test", 500],
  ])("%s: %i", async (host, status) => {
    const answer = await ask(host);
    expect(answer.status).toBe(status);
    expect(answer.body).not.toContain("not for the client");
  });

  it("goes on to the Service in the headers that are named, and not as the client writes them", async () => {
    const { headers } = (await ask("s200.test", { "x-user": "forged", "x-missing": "forged" })).json();
    expect([headers["x-user"], headers["x-missing"]]).toEqual(["alice", undefined]);
  });

  it("may ask for credentials in a way of its own", async () => {
    expect((await ask("s401.test")).headers["www-authenticate"]).toBe(`Custom realm="x"`);
  });

  it("may set cookies", async () => {
    expect((await ask("s200.test")).headers["set-cookie"]).toEqual(["seen=1; Path=/"]);
    expect((await ask("s401.test")).headers["set-cookie"]).toBeUndefined();
  });
});

describe("the question", () => {
  it("tells what is asked for, and no body", async () => {
    const body = "the body";
    const cookie = "session=good";
    const answer = await get(edge.http, "short.test", "/x/y?q=1", {
      method: "POST",
      body,
      headers: { cookie },
    });
    expect(answer.json()).toMatchObject({ method: "POST", body });
    const [question] = questions;
    expect([question?.method, question?.url]).toEqual(["GET", "/session"]);
    expect(question?.headers).toMatchObject({
      host: "auth",
      cookie,
      "x-original-url": "http://short.test/x/y?q=1",
      "x-original-method": "POST",
      "x-auth-request-redirect": "/x/y?q=1",
      "x-sent-from": "nginx-ingress-controller",
      "x-real-ip": "127.0.0.1",
    });
    expect(question?.headers["content-length"]).toBeUndefined();
  });

  it("has the method and headers that are asked for", async () => {
    await ask("headers.test", { cookie: "session=good" });
    const [question] = questions;
    expect(question?.method).toBe("POST");
    expect(question?.headers).toMatchObject({
      host: "auth.test",
      "x-tenant": "shop",
      "x-asked-for": "headers.test/x/y",
      "x-auth-request-redirect": "https://headers.test/back",
    });
  });

  it("is not put for a certificate authority", async () => {
    expect((await ask("s403.test", {}, "/.well-known/acme-challenge/token")).status).toBe(200);
    expect(questions).toEqual([]);
  });
});

describe("signing in", () => {
  it("is where a client without a session is sent", async () => {
    const { status, headers } = await ask("signin.test");
    expect([status, headers.location]).toEqual([
      302,
      "https://signin.test/oauth2/start?rd=http://signin.test%2Fx%2Fy%3Fq%3D1",
    ]);
    expect(headers["set-cookie"]).toEqual(["seen=1; Path=/"]);
  });

  it("is not where others are sent", async () => {
    expect((await ask("signin.test", { cookie: "session=good" })).status).toBe(200);
  });
});

it("answers are kept by their key", async () => {
  const statuses: number[] = [];
  for (let i = 0; i < 3; i++) statuses.push((await ask("cached.test", { cookie: "session=good" })).status);
  expect(statuses).toEqual([200, 200, 200]);
  expect(questions).toHaveLength(1);
  expect((await ask("cached.test", { cookie: "session=other" })).status).toBe(401);
});

it.each(["by-user.test", "by-unknown.test"])("answers at %s are those of one client alone", async (host) => {
  const authorization = `Basic ${Buffer.from("alice:secret").toString("base64")}`;
  expect((await ask(host, { authorization, cookie: "session=good" })).status).toBe(200);
  expect((await ask(host)).status).toBe(401);
});

describe("where a password would do as well", () => {
  test.each([
    ["a password lets in", { authorization: `Basic ${Buffer.from("alice:secret").toString("base64")}` }, 200],
    ["the service lets in", { cookie: "session=good" }, 200],
    ["who has neither is sent to sign in", {}, 302],
  ])("%s", async (_, headers, status) => {
    expect((await ask("either.test", headers)).status).toBe(status);
  });
});

describe("what cannot be asked lets nobody in", () => {
  test.each([
    ["a Service that does not exist", "missing.test", 503],
    ["a private address", "private.test", 503],
    ["what is no URL", "nonsense.test", 503],
    ["what is no host", "empty-label.test", 503],
    ["a host that the client chooses", "resolving.test", 500],
    ["the edge in a circle", "circle.test", 500],
  ])("%s", async (_, host, status) => {
    expect((await ask(host, { "x-auth": "127.0.0.1" })).status).toBe(status);
    expect(questions).toEqual([]);
  });
});

describe("a service on the application's own host", () => {
  test.each([
    ["session=good", 200],
    ["session=bad", 401],
  ])("%s: %i", async (cookie, status) => {
    expect((await ask("app.test", { cookie })).status).toBe(status);
    expect(questions[0]?.headers).toMatchObject({
      host: "app.test",
      "x-original-url": "http://app.test/x/y?q=1",
    });
  });
});

describe("a token", () => {
  const token = async (claims: object = {}) =>
    new SignJWT({ iss: ISSUER, aud: "shop", sub: "alice", ...claims })
      .setProtectedHeader({ alg: "ES256", kid: "one" })
      .setExpirationTime("1h")
      .sign(signing.privateKey);
  const bearing = async (claims?: object) => ({ authorization: `Bearer ${await token(claims)}` });

  it("of the issuer lets in, and tells who it is", async () => {
    const headers = await bearing();
    const seen = (await ask("jwt.test", { ...headers, "x-user": "forged" })).json();
    expect([seen.headers["x-user"], seen.headers.authorization]).toEqual(["alice", headers.authorization]);
  });

  it.each([
    ["none", undefined, "Bearer"],
    [
      "of another issuer",
      { iss: "https://evil.test/" },
      /^Bearer error="invalid_token", error_description=".*iss/,
    ],
    ["for another audience", { aud: "bank" }, /^Bearer error="invalid_token", error_description=".*aud/],
  ])("%s does not", async (_, claims, challenge) => {
    const { status, headers } = await ask("jwt.test", claims && (await bearing(claims)));
    expect(status).toBe(401);
    expect(headers["www-authenticate"]).toMatch(challenge);
  });

  it("does not where the keys cannot be had", async () => {
    expect((await ask("jwt-down.test", await bearing())).status).toBe(500);
  });
});
