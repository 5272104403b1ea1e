import http from "node:http";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { annotated, hostOf } from "../support/annotated.ts";
import { get } from "../support/client.ts";
import { type Up, up } from "../support/lintel.ts";
import { service } from "../support/objects.ts";
import { Pod } from "../support/pods.ts";

let main: Pod;
let next: Pod;
let edge: Up;

function canaryOf(host: string, annotations: Record<string, string>, toService = "next"): object {
  return annotated(
    `${host.replaceAll(".", "-")}-canary`,
    { canary: "true", ...annotations },
    {
      rules: [{ host, paths: [{ path: "/", service: toService }] }],
    },
  );
}

beforeAll(async () => {
  main = await Pod.start("main");
  next = await Pod.start("next");
  edge = await up({
    "canary.yaml": [
      ...service("main", [main.port]),
      ...service("next", [next.port]),
      ...service("absent", []),
      hostOf("header.test", "main"),
      canaryOf("header.test", { "canary-by-header": "X-Canary", "canary-by-cookie": "canary" }),
      hostOf("value.test", "main"),
      canaryOf("value.test", { "canary-by-header": "X-Canary", "canary-by-header-value": "DoCanary" }),
      hostOf("pattern.test", "main"),
      canaryOf("pattern.test", { "canary-by-header": "X-Canary", "canary-by-header-pattern": "^beta-\\d+$" }),
      hostOf("weight.test", "main"),
      canaryOf("weight.test", { "canary-weight": "30" }),
      hostOf("empty.test", "main"),
      canaryOf("empty.test", { "canary-weight": "100" }, "absent"),
      hostOf("sticky.test", "main", { affinity: "cookie" }),
      canaryOf("sticky.test", { "canary-weight": "50" }),
      hostOf("aliased.test", "main", { "server-alias": "alias.test" }),
      canaryOf("alias.test", { "canary-by-header": "X-Canary" }),
      canaryOf("alone.test", { "canary-weight": "100" }),
    ],
  });
});
afterAll(async () => {
  await edge.close();
  await Promise.all([main.close(), next.close()]);
});

const podOf = async (host: string, headers: http.OutgoingHttpHeaders = {}) =>
  (await get(edge.http, host, "/", { headers })).json().pod;

describe("a canary is asked", () => {
  test.each<[string, string, http.OutgoingHttpHeaders, string]>([
    ["where its header says always", "header.test", { "x-canary": "always" }, "next"],
    [
      "not where it says never, whatever the cookie says",
      "header.test",
      { "x-canary": "never", cookie: "canary=always" },
      "main",
    ],
    ["where the cookie says always", "header.test", { cookie: "canary=always" }, "next"],
    ["not where neither says so", "header.test", { "x-canary": "yes" }, "main"],
    ["where its header has the value", "value.test", { "x-canary": "DoCanary" }, "next"],
    ["not by always where a value is asked for", "value.test", { "x-canary": "always" }, "main"],
    ["where its header fits the pattern", "pattern.test", { "x-canary": "beta-12" }, "next"],
    ["not where it does not", "pattern.test", { "x-canary": "xbeta-12" }, "main"],
    ["for an alias of the main Ingress", "alias.test", { "x-canary": "always" }, "next"],
    ["not for all of an alias", "alias.test", {}, "main"],
    ["not while it has no endpoint", "empty.test", {}, "main"],
  ])("%s", async (_, host, headers, expected) => {
    expect(await podOf(host, headers)).toBe(expected);
  });

  it("for its weight of all requests, within a point", async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
    const ask = () =>
      new Promise<string>((resolve, reject) => {
        const options = { port: edge.http, host: "127.0.0.1", headers: { host: "weight.test" }, agent };
        const request = http.get(options, (response) => {
          let text = "";
          response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
          response.on("end", () => resolve((JSON.parse(text) as { pod: string }).pod));
        });
        request.on("error", reject);
      });
    const found = await Promise.all(Array.from({ length: 1_000 }, ask));
    agent.destroy();
    expect(Math.abs(found.filter((pod) => pod === "next").length - 300)).toBeLessThanOrEqual(10);
  });
});

it("a client stays on its side of a canary", async () => {
  for (const wanted of ["main", "next"]) {
    for (;;) {
      const first = await get(edge.http, "sticky.test", "/");
      if (first.json().pod !== wanted) continue;
      const cookie = first.headers["set-cookie"]?.[0]?.split(";")[0];
      const later = await Promise.all(Array.from({ length: 10 }, () => podOf("sticky.test", { cookie })));
      expect(new Set(later)).toEqual(new Set([wanted]));
      break;
    }
  }
});

it("a canary without a main Ingress serves nothing", async () => {
  expect((await get(edge.http, "alone.test", "/")).status).toBe(404);
  await edge.lintel.printed(/so there is nothing to be a canary of/, "stderr");
});
