/** The faults that the API server double has on demand. */
import { readFile } from "node:fs/promises";
import { once } from "node:events";
import https from "node:https";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { parse } from "yaml";
import { call, CORE, ingress, NETWORKING, watch } from "./api-client.ts";
import { type ApiServer, startApiServer } from "./api-server/index.ts";

let server: ApiServer;
beforeEach(async () => {
  server = await startApiServer({ tokens: ["one"], user: "system:serviceaccount:shop:agent" });
  server.setTokens(undefined);
});
afterEach(() => server.close());

const INGRESSES = `${NETWORKING}/namespaces/default/ingresses`;
const WATCH = `${NETWORKING}/ingresses?watch=1&resourceVersion=`;

const watchFromNow = () => watch(server, WATCH + server.apply(ingress("a")).metadata.resourceVersion);

describe("a failure", () => {
  it("befalls so many requests as it is told, and no others", async () => {
    server.fail({
      match: { verb: "list", resource: "ingresses" },
      with: { status: 429, reason: "TooManyRequests", retryAfter: 7 },
      times: 2,
    });
    const codes: number[] = [];
    for (const path of [`${CORE}/secrets`, INGRESSES, INGRESSES, INGRESSES]) {
      codes.push((await call(server, "GET", path)).code);
    }
    expect(codes).toEqual([200, 429, 429, 200]);
  });

  it("says when to come again", async () => {
    const remove = server.fail({ match: {}, with: { status: 503, retryAfter: 3 } });
    expect((await call(server, "GET", INGRESSES)).headers.get("retry-after")).toBe("3");
    remove();
    expect((await call(server, "GET", INGRESSES)).code).toBe(200);
  });

  it("cuts the connection", async () => {
    server.fail({ match: {}, with: "reset", times: 1 });
    await expect(call(server, "GET", INGRESSES)).rejects.toThrow("fetch failed");
    expect((await call(server, "GET", INGRESSES)).code).toBe(200);
  });

  it("leaves without an answer until the server stops", async () => {
    server.fail({ match: {}, with: "hang", times: 1 });
    const arrived = server.nextRequest({});
    const answer = expect(call(server, "GET", INGRESSES)).rejects.toThrow("fetch failed");
    await arrived;
    await server.stop();
    await answer;
  });
});

describe("access", () => {
  test.each([
    [
      { resource: "ingresses" },
      "GET",
      `${NETWORKING}/ingresses`,
      'ingresses.networking.k8s.io is forbidden: User "system:serviceaccount:shop:agent" cannot list resource "ingresses" in API group "networking.k8s.io" at the cluster scope',
    ],
    [
      { verb: "get" },
      "GET",
      `${CORE}/namespaces/default/secrets/tls`,
      'secrets "tls" is forbidden: User "system:serviceaccount:shop:agent" cannot get resource "secrets" in API group "" in the namespace "default"',
    ],
    [
      { resource: "ingresses/status" },
      "PATCH",
      `${INGRESSES}/web/status`,
      'ingresses.networking.k8s.io "web" is forbidden: User "system:serviceaccount:shop:agent" cannot patch resource "ingresses/status" in API group "networking.k8s.io" in the namespace "default"',
    ],
  ])("is denied by %o, in the real server's words", async (rule, method, path, message) => {
    server.apply(ingress("web"));
    const body = method === "GET" ? undefined : {};
    const remove = server.deny(rule);
    expect(await call(server, method, path, body)).toMatchObject({
      code: 403,
      body: { kind: "Status", reason: "Forbidden", message },
    });
    remove();
    expect((await call(server, method, path, body)).code).not.toBe(403);
  });

  it("is as the grants say, and a review says so beforehand", async () => {
    const networking = { apiGroups: ["networking.k8s.io"], resources: ["ingresses"], verbs: ["list"] };
    const named = { apiGroups: [""], resources: ["secrets"], verbs: ["get"], resourceNames: ["tls"] };
    server.setGrants([{ rules: [networking] }, { namespace: "shop", rules: [named] }]);
    const may = async (verb: string, group: string, resource: string, namespace = "", name = "") => {
      const resourceAttributes = { verb, group, resource, namespace, name };
      const path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
      const { body } = await call(server, "POST", path, { spec: { resourceAttributes } });
      return (body["status"] as { allowed: boolean }).allowed;
    };
    expect(await may("list", "networking.k8s.io", "ingresses")).toBe(true);
    expect(await may("watch", "networking.k8s.io", "ingresses")).toBe(false);
    expect(await may("get", "", "secrets", "shop", "tls")).toBe(true);
    expect(await may("get", "", "secrets", "shop", "other")).toBe(false);
    expect(await may("get", "", "secrets", "default", "tls")).toBe(false);
    expect((await call(server, "GET", INGRESSES)).code).toBe(200);
    expect((await call(server, "GET", `${INGRESSES}/a`)).code).toBe(403);
  });

  it("is for those who have a token, of those that are good now", async () => {
    const ask = async (token: string) =>
      (await call(server, "GET", INGRESSES, undefined, { authorization: `Bearer ${token}` })).code;
    server.setTokens(["one"]);
    expect([await ask("one"), await ask("two"), (await call(server, "GET", INGRESSES)).code]).toEqual([
      200, 401, 401,
    ]);
    server.setTokens(["two"]);
    expect([await ask("one"), await ask("two")]).toEqual([401, 200]);
  });
});

describe("compaction", () => {
  it("forgets versions and continue tokens from before", async () => {
    const { metadata } = server.apply(ingress("a"));
    server.apply(ingress("b"));
    const chunk = await call(server, "GET", `${INGRESSES}?limit=1`);
    server.expire();
    const { resourceVersion } = metadata;
    for (const query of [
      `limit=1&continue=${chunk.body.metadata.continue}`,
      `resourceVersion=${resourceVersion}&resourceVersionMatch=Exact`,
      `resourceVersion=${resourceVersion}&limit=1`,
    ]) {
      expect(await call(server, "GET", `${INGRESSES}?${query}`)).toMatchObject({
        code: 410,
        body: { kind: "Status", reason: "Expired" },
      });
    }
    const events = await watch(server, WATCH + resourceVersion);
    expect(await events.next()).toMatchObject({ type: "ERROR", object: { code: 410, reason: "Expired" } });
    expect(await events.next()).toBeUndefined();
    const fresh = await call(server, "GET", INGRESSES);
    expect(Number(fresh.body.metadata.resourceVersion)).toBeGreaterThan(Number(resourceVersion));
  });

  it("ends running watches with an error event", async () => {
    const events = await watchFromNow();
    server.expire();
    expect(await events.next()).toMatchObject({ type: "ERROR", object: { kind: "Status", code: 410 } });
    expect(await events.next()).toBeUndefined();
  });
});

describe("a watch", () => {
  it("falls silent while others go on, and may speak again", async () => {
    const silent = await watchFromNow();
    const resume = server.silence({ resource: "ingresses" });
    const other = await watchFromNow();
    server.apply(ingress("b"));
    expect(await other.next()).toMatchObject({ object: { metadata: { name: "b" } } });
    server.closeWatches();
    expect(await other.next()).toBeUndefined();
    expect(server.watching).toBe(1);
    resume();
    expect(await silent.next()).toMatchObject({ object: { metadata: { name: "b" } } });
    expect(await silent.next()).toBeUndefined();
  });

  it("loses as many events as it is told", async () => {
    const events = await watchFromNow();
    server.dropEvents("ingresses", 2);
    for (const name of ["b", "c", "d"]) server.apply(ingress(name));
    expect(await events.next()).toMatchObject({ object: { metadata: { name: "d" } } });
    await events.close();
  });

  it("breaks off", async () => {
    const events = await watchFromNow();
    server.closeWatches({ resource: "ingresses" }, "reset");
    await expect(events.next()).rejects.toThrow("terminated");
  });
});

it("comes back on its port with what it had", async () => {
  server.apply(ingress("web"));
  const events = await watchFromNow();
  await server.stop();
  await expect(events.next()).rejects.toThrow("terminated");
  await expect(call(server, "GET", INGRESSES)).rejects.toThrow("fetch failed");
  await server.restart();
  expect((await call(server, "GET", `${INGRESSES}/web`)).code).toBe(200);
});

it("speaks TLS, by the authority that its kubeconfig names", async () => {
  const secure = await startApiServer({ tls: true });
  try {
    const config = parse(await readFile(await secure.kubeconfig({ token: "t" }), "utf8")) as {
      clusters: [{ cluster: { server: string; "certificate-authority-data": string } }];
      users: [{ user: object }];
    };
    const [{ cluster }] = config.clusters;
    const ca = Buffer.from(cluster["certificate-authority-data"], "base64");
    const request = https.get(`${cluster.server}/version`, { ca, agent: false });
    const [response] = (await once(request, "response")) as [{ statusCode: number; resume: () => void }];
    response.resume();
    expect([response.statusCode, config.users[0].user]).toEqual([200, { token: "t" }]);
  } finally {
    await secure.close();
  }
});
