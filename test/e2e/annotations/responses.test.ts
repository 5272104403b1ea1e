/** Error pages, default backends, and what becomes of a Service's headers and cookies, over sockets. */
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { annotated, hostOf } from "../support/annotated.ts";
import { type Ask, eventually, get } from "../support/client.ts";
import { up, type Up } from "../support/lintel.ts";
import { configMap, service } from "../support/objects.ts";
import { Pod } from "../support/pods.ts";
import { freePorts } from "../support/ports.ts";

let lintel: Up;
let pods: Pod[];

beforeAll(async () => {
  pods = await Promise.all([
    // Answers with the status that its path names, and the headers that the query names.
    Pod.start("web", (request, response) => {
      const url = new URL(request.url ?? "", "http://pod");
      for (const [name, value] of url.searchParams) response.appendHeader(name, value);
      response.writeHead(Number(url.pathname.slice(1)) || 200);
      request.resume();
      request.on("end", () => response.end("the Service's own"));
    }),
    Pod.start("pages"),
    // A default backend that answers with the very status that is to be exchanged.
    Pod.start("teapot", (_, response) => response.writeHead(404).end("teapot")),
  ]);
  const [web = 0, pages = 0, teapot = 0] = pods.map(({ port }) => port);
  const dead = await freePorts(1);
  lintel = await up({
    "all.json": [
      hostOf("pages.test", "web", { "custom-http-errors": "404,503", "default-backend": "pages" }),
      hostOf("looping.test", "web", { "custom-http-errors": "404", "default-backend": "teapot" }),
      hostOf("broken.test", "web", { "custom-http-errors": "404", "default-backend": "dead" }),
      hostOf("own.test", "web", { "custom-http-errors": "404" }),
      hostOf("down.test", "dead", { "custom-http-errors": "502", "default-backend": "pages" }),
      hostOf("left.test", "web", {
        "custom-http-errors": "404,413",
        "default-backend": "pages",
        "disable-proxy-intercept-errors": "true",
        "proxy-body-size": "1k",
      }),
      annotated(
        "by-spec",
        { "custom-http-errors": "404" },
        {
          rules: [{ host: "spec.test", paths: [{ path: "/404", service: "web" }] }],
          defaultBackend: "pages",
        },
      ),
      hostOf("default-backend", "invalid", { "default-backend": "pages" }),
      hostOf("empty.test", "empty", { "default-backend": "pages" }),
      hostOf("headers.test", "web", { "custom-headers": "test/headers" }),
      hostOf("rewritten.test", "web", {
        "proxy-redirect-from": "http://internal/",
        "proxy-redirect-to": "$scheme://$host/",
        "proxy-cookie-domain": "internal rewritten.test",
        "proxy-cookie-path": "/one/ /",
      }),
      configMap("headers", { "X-Frame-Options": "DENY", "Set-Cookie": "a=1" }),
      ...service("web", [web]),
      ...service("pages", [pages]),
      ...service("teapot", [teapot]),
      ...service("dead", dead),
      ...service("empty", []),
    ],
  });
});
afterAll(async () => {
  await lintel.close();
  await Promise.all(pods.map((pod) => pod.close()));
});

const ask = (host: string, path: string, how?: Ask) => get(lintel.http, host, path, how);

describe("custom-http-errors", () => {
  it("has the default backend make the page", async () => {
    const headers = { accept: "application/json", "x-request-id": "something-unique" };
    const answer = await ask("pages.test", "/404?q=1", { headers });
    expect(answer.status).toBe(200);
    const { pod, url, method, headers: seen } = answer.json();
    expect([pod, method, url]).toEqual(["pages", "GET", "/?q=1"]);
    expect(seen).toMatchObject({
      host: "pages.test",
      "x-code": "404",
      "x-format": "application/json",
      "x-original-uri": "/404?q=1",
      "x-namespace": "test",
      "x-ingress-name": "pages-test",
      "x-service-name": "web",
      "x-service-port": "80",
      "x-request-id": "something-unique",
    });
  });

  it("keeps the method, and does without the body", async () => {
    const { method, body, headers } = (await ask("pages.test", "/503", { method: "POST", body: "x" })).json();
    expect([method, body, headers["x-code"]]).toEqual(["POST", "", "503"]);
  });

  test.each([
    ["a status that is not listed", "pages.test", "/500", 500, "the Service's own"],
    ["a default backend that answers with a listed one", "looping.test", "/404", 404, "teapot"],
    ["a default backend that is down", "broken.test", "/404", 404, "the Service's own"],
    ["a Service whose errors are left alone", "left.test", "/404", 404, "the Service's own"],
    ["no default backend", "own.test", "/404", 404, "404 Not Found: The service answered with an error."],
  ])("%s", async (_, host, path, status, body) => {
    const answer = await ask(host, path);
    expect([answer.status, answer.body]).toEqual([status, expect.stringContaining(body)]);
  });

  test.each([
    ["a Service that is down", "down.test", {}, "502"],
    ["a body that is too large", "left.test", { method: "POST", body: "x".repeat(2000) }, "413"],
  ])("exchanges the edge's own error for %s", async (_, host, how, code) => {
    expect((await ask(host, "/", how)).json().headers["x-code"]).toBe(code);
  });

  it("takes the Ingress's own default backend", async () => {
    expect((await ask("spec.test", "/404")).json()).toMatchObject({ pod: "pages", url: "/" });
  });
});

describe("default-backend", () => {
  test.each([
    ["does not exist", "default-backend", "invalid", "default-backend"],
    ["has no endpoint", "empty.test", "empty", "empty-test"],
  ])("answers where the Service %s", async (_, host, name, ingressName) => {
    const answer = await ask(host, "/alma/armud", { headers: { "x-request-id": "something-unique" } });
    expect([answer.status, answer.json().pod, answer.json().url]).toEqual([200, "pages", "/alma/armud"]);
    expect(answer.json().headers).toMatchObject({
      "x-code": "503",
      "x-ingress-name": ingressName,
      "x-service-name": name,
      "x-original-uri": "/alma/armud",
      "x-request-id": "something-unique",
    });
  });

  it("stands back once there is an endpoint", async () => {
    const [web] = pods;
    await lintel.write("empty.json", service("empty", [web?.port ?? 0]).slice(1));
    await eventually(
      () => ask("empty.test", "/"),
      ({ body }) => body === "the Service's own",
    );
  });
});

describe("headers of responses", () => {
  it("are set from a ConfigMap, on the edge's own answers too, and only those that are safe", async () => {
    for (const path of ["/200", "/500"]) {
      const { headers } = await ask("headers.test", path);
      expect([headers["x-frame-options"], headers["set-cookie"]]).toEqual(["DENY", undefined]);
    }
    await lintel.lintel.printed(/"Set-Cookie\\" of ConfigMap test\/headers/, "stderr");
  });

  it("that name the Service's own address are rewritten, each cookie by itself", async () => {
    const query = new URLSearchParams([
      ["location", "http://internal/next"],
      ["refresh", "5; url=http://internal/next"],
      ["set-cookie", "a=1; Domain=internal; Path=/one/a; Expires=Thu, 01 Jan 2026 00:00:00 GMT"],
      ["set-cookie", "b=2; Path=/two"],
    ]);
    const { status, headers } = await ask("rewritten.test", `/302?${query.toString()}`);
    expect([status, headers.location, headers.refresh]).toEqual([
      302,
      "http://rewritten.test/next",
      "5; url=http://rewritten.test/next",
    ]);
    expect(headers["set-cookie"]).toEqual([
      "a=1; Domain=rewritten.test; Path=/a; Expires=Thu, 01 Jan 2026 00:00:00 GMT",
      "b=2; Path=/two",
    ]);
  });
});
