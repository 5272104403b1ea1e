/** What the API server double does as the real one; its faults are in api-server-faults.test.ts. */
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { call, CORE, ingress, LEASES, NETWORKING, secret, watch } from "./api-client.ts";
import { type ApiServer, startApiServer } from "./api-server/index.ts";

let server: ApiServer;
beforeEach(async () => {
  server = await startApiServer();
});
afterEach(() => server.close());

const INGRESSES = `${NETWORKING}/namespaces/default/ingresses`;
const EVENTS = "/apis/events.k8s.io/v1/namespaces/default/events";
const SLICES = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";

describe("writing", () => {
  it("assigns uid, version, time and generation, and counts changes of the spec alone", async () => {
    const { code, body } = await call(server, "POST", INGRESSES, ingress("web"));
    expect([code, body.metadata]).toMatchObject([201, { namespace: "default", generation: 1 }]);
    expect(body.metadata["uid"]).toMatch(/^[-0-9a-f]{36}$/);
    expect(body.metadata["creationTimestamp"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const labelled = await call(server, "PATCH", `${INGRESSES}/web`, { metadata: { labels: { a: "b" } } });
    expect(labelled.body.metadata["generation"]).toBe(1);
    const changed = await call(server, "PATCH", `${INGRESSES}/web`, { spec: { ingressClassName: "x" } });
    expect(changed.body.metadata["generation"]).toBe(2);
    expect(changed.body.metadata["uid"]).toBe(body.metadata["uid"]);
  });

  it("keeps the version when an update changes nothing", async () => {
    const { body } = await call(server, "POST", INGRESSES, ingress("web"));
    const put = await call(server, "PUT", `${INGRESSES}/web`, body);
    expect(put.body.metadata.resourceVersion).toBe(body.metadata.resourceVersion);
    const patch = await call(server, "PATCH", `${INGRESSES}/web`, { metadata: { annotations: {} } });
    expect(patch.body.metadata.resourceVersion).toBe(body.metadata.resourceVersion);
  });

  it("changes the status through its subresource alone", async () => {
    const status = { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } };
    const { body } = await call(server, "POST", INGRESSES, { ...ingress("web"), status });
    expect(body["status"]).toEqual({ loadBalancer: {} });
    const put = await call(server, "PUT", `${INGRESSES}/web`, { ...body, status });
    expect(put.body["status"]).toEqual({ loadBalancer: {} });
    const other = { ...body, spec: { defaultBackend: { service: { name: "x" } } }, status };
    const written = await call(server, "PUT", `${INGRESSES}/web/status`, other);
    expect(written.body).toMatchObject({ status, spec: body["spec"] });
    const removed = await call(server, "PATCH", `${INGRESSES}/web/status`, {
      status: { loadBalancer: { ingress: null } },
    });
    expect(removed.body["status"]).toEqual({ loadBalancer: {} });
  });

  it("refuses an update of an older version, and takes one without a version", async () => {
    const { body } = await call(server, "POST", INGRESSES, ingress("web"));
    await call(server, "PATCH", `${INGRESSES}/web`, { metadata: { labels: { a: "b" } } });
    const stale = await call(server, "PUT", `${INGRESSES}/web`, body);
    expect([stale.code, stale.body.reason, stale.body.message]).toEqual([
      409,
      "Conflict",
      'Operation cannot be fulfilled on ingresses.networking.k8s.io "web": the object has been modified; please apply your changes to the latest version and try again',
    ]);
    expect((await call(server, "PUT", `${INGRESSES}/web`, ingress("web"))).code).toBe(200);
  });

  it("wants a version for the update of a Lease", async () => {
    const lease = { metadata: { name: "lintel" }, spec: { leaseDurationSeconds: 15 } };
    expect((await call(server, "PUT", `${LEASES}/lintel`, lease)).code).toBe(201);
    const { code, body } = await call(server, "PUT", `${LEASES}/lintel`, lease);
    expect([code, body.reason]).toEqual([422, "Invalid"]);
    expect(body.message).toContain(
      "metadata.resourceVersion: Invalid value: 0: must be specified for an update",
    );
  });

  it("deletes with preconditions", async () => {
    const { body } = await call(server, "POST", INGRESSES, ingress("web"));
    const wrong = await call(server, "DELETE", `${INGRESSES}/web`, { preconditions: { uid: "other" } });
    expect([wrong.code, wrong.body.reason]).toEqual([409, "Conflict"]);
    const { uid } = body.metadata;
    const right = await call(server, "DELETE", `${INGRESSES}/web`, { preconditions: { uid } });
    expect([right.code, right.body["status"]]).toEqual([200, "Success"]);
    expect((await call(server, "GET", `${INGRESSES}/web`)).code).toBe(404);
  });

  it("creates namespaces for apply() and for nobody else, and empties those that go", async () => {
    const missing = await call(server, "POST", `${NETWORKING}/namespaces/shop/ingresses`, ingress("web"));
    expect([missing.code, missing.body.message]).toEqual([404, 'namespaces "shop" not found']);
    server.apply(ingress("web", { namespace: "shop" }));
    expect(server.get("Ingress", "shop/web")).toBeDefined();
    expect((await call(server, "DELETE", `${CORE}/namespaces/shop`)).code).toBe(200);
    expect(server.list("Ingress")).toEqual([]);
  });

  it("shows an event to both groups, under the names of each", async () => {
    const event = {
      metadata: { name: "web.1" },
      eventTime: "2026-01-02T03:04:05.000006Z",
      regarding: { kind: "Ingress", namespace: "default", name: "web" },
      reportingController: "lintel.dev/agent",
      reportingInstance: "one",
      action: "Compile",
      reason: "ServiceNotFound",
      type: "Warning",
      note: "there is no Service web",
    };
    expect((await call(server, "POST", EVENTS, event)).code).toBe(201);
    expect((await call(server, "GET", `${CORE}/namespaces/default/events/web.1`)).body).toMatchObject({
      apiVersion: "v1",
      involvedObject: { name: "web" },
      message: "there is no Service web",
    });
    const series = { count: 2, lastObservedTime: "2026-01-02T03:05:05.000006Z" };
    expect((await call(server, "PATCH", `${EVENTS}/web.1`, { series })).body).toMatchObject({
      apiVersion: "events.k8s.io/v1",
      note: event.note,
      series,
    });
    expect((await call(server, "PATCH", `${EVENTS}/web.1`, { note: "other" })).body.message).toContain(
      "message: Invalid value",
    );
  });
});

const slice = (address: string) => ({
  metadata: { name: "web" },
  addressType: "IPv4",
  endpoints: [{ addresses: [address] }],
  ports: [{ port: 80 }],
});
const lease = (spec: object) => ({ metadata: { name: "lintel" }, spec });
const oldEvent = (more: object) => ({
  metadata: { name: "e" },
  involvedObject: { namespace: "default", name: "web" },
  ...more,
});

// Each breaks one rule.
test.each([
  ["a name in capitals", INGRESSES, ingress("Web"), 422, 'metadata.name: Invalid value: "Web"'],
  ["no rule and no backend", INGRESSES, { metadata: { name: "web" }, spec: {} }, 422, "spec: Invalid value"],
  ["another kind", INGRESSES, secret("web", "Opaque"), 400, "cannot be handled as a Ingress"],
  [
    "another namespace",
    INGRESSES,
    ingress("web", { namespace: "shop" }),
    400,
    "does not match the namespace",
  ],
  ["an endpoint on loopback", SLICES, slice("127.0.0.1"), 422, "may not be in the loopback range"],
  ["a link-local endpoint", SLICES, slice("169.254.169.254"), 422, "may not be in the link-local range"],
  ["an endpoint that is no IPv4 address", SLICES, slice("::2"), 422, "must be a valid IPv4 address"],
  ["a time of milliseconds", LEASES, lease({ renewTime: "2026-01-02T03:04:05.006Z" }), 400, "parsing time"],
  ["a lease of no length", LEASES, lease({ leaseDurationSeconds: 0 }), 422, "must be greater than 0"],
  [
    "an event of no time",
    EVENTS,
    { metadata: { name: "e" }, type: "Normal" },
    422,
    "eventTime: Required value",
  ],
  [
    "an event about elsewhere",
    `${CORE}/namespaces/default/events`,
    oldEvent({ involvedObject: { namespace: "shop" } }),
    422,
    "does not match event.namespace",
  ],
  [
    "an event of a time and no action",
    `${CORE}/namespaces/default/events`,
    oldEvent({ eventTime: "2026-01-02T03:04:05.000006Z" }),
    422,
    "action: Required value",
  ],
])("refuses %s", async (_, path, object, code, message) => {
  const { code: found, body } = await call(server, "POST", path, object);
  expect([found, body.kind, body.message]).toEqual([code, "Status", expect.stringContaining(message)]);
});

describe("listing", () => {
  it("goes in chunks of one moment, whatever changes between", async () => {
    for (const name of ["a", "b", "c", "d", "e"]) server.apply(secret(name, "Opaque"));
    const first = await call(server, "GET", `${CORE}/secrets?limit=2`);
    expect(first.body).toMatchObject({ kind: "SecretList", metadata: { remainingItemCount: 3 } });
    expect(first.body.items[0]).not.toHaveProperty("kind");
    server.remove("Secret", "default/c");
    server.apply(secret("d2", "Opaque"));
    const names = first.body.items.map(({ metadata }) => metadata.name);
    let token = first.body.metadata.continue;
    while (token !== undefined) {
      const { body } = await call(server, "GET", `${CORE}/secrets?limit=2&continue=${token}`);
      expect(body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion);
      names.push(...body.items.map(({ metadata }) => metadata.name));
      token = body.metadata.continue;
    }
    expect(names).toEqual(["a", "b", "c", "d", "e"]);
  });

  test.each([
    ["fieldSelector=type=kubernetes.io/tls", ["tls"]],
    ["fieldSelector=type==kubernetes.io/tls", ["tls"]],
    ["fieldSelector=type!=kubernetes.io/tls", ["far", "plain"]],
    ["fieldSelector=metadata.namespace=shop", ["far"]],
    ["fieldSelector=metadata.name=tls,type=Opaque", []],
    ["labelSelector=a=1", ["plain"]],
    ["labelSelector=a!=1", ["far", "tls"]],
    ["labelSelector=a in (1,2)", ["plain", "tls"]],
    ["labelSelector=a notin (1,2)", ["far"]],
    ["labelSelector=a,a!=2", ["plain"]],
    ["labelSelector=!a", ["far"]],
  ])("selects by %s", async (query, names) => {
    server.apply(secret("plain", "Opaque", { labels: { a: "1" } }));
    server.apply(secret("tls", "kubernetes.io/tls", { labels: { a: "2" } }));
    server.apply(secret("far", "Opaque", { namespace: "shop" }));
    const { body } = await call(server, "GET", `${CORE}/secrets?${encodeURI(query)}`);
    expect(body.items.map(({ metadata }) => metadata.name).toSorted()).toEqual(names);
  });

  test.each([
    ["secrets?fieldSelector=data.x=1", 400, "field label not supported: data.x"],
    ["secrets?labelSelector=a%20b", 400, "unable to parse requirement"],
    ["secrets?resourceVersion=x", 400, "Invalid value"],
    ["secrets?resourceVersion=99999", 504, "Too large resource version"],
    ["secrets?resourceVersionMatch=Exact", 400, "forbidden unless resourceVersion is provided"],
    ["widgets", 404, "the server could not find the requested resource"],
    ["namespaces/default/secrets/none", 404, 'secrets "none" not found'],
  ])("refuses %s", async (path, code, message) => {
    const { code: found, body } = await call(server, "GET", `${CORE}/${path}`);
    expect([found, body.kind, body.message]).toEqual([code, "Status", expect.stringContaining(message)]);
  });
});

describe("watching", () => {
  it("begins after the version that it names", async () => {
    const { metadata } = server.apply(ingress("a"));
    server.apply(ingress("b"));
    const events = await watch(
      server,
      `${NETWORKING}/ingresses?watch=1&resourceVersion=${metadata.resourceVersion}`,
    );
    expect(await events.next()).toMatchObject({
      type: "ADDED",
      object: { kind: "Ingress", metadata: { name: "b" } },
    });
    server.apply(ingress("b", { labels: { a: "1" } }));
    expect(await events.next()).toMatchObject({ type: "MODIFIED" });
    server.remove("Ingress", "default/b");
    expect(await events.next()).toMatchObject({
      type: "DELETED",
      object: { metadata: { labels: { a: "1" } } },
    });
    await events.close();
  });

  it("begins with what is there when it names none", async () => {
    server.apply(ingress("a"));
    const events = await watch(server, `${INGRESSES}?watch=true`);
    expect(await events.next()).toMatchObject({ type: "ADDED", object: { metadata: { name: "a" } } });
    await events.close();
  });

  it("adds and deletes what begins and ceases to match", async () => {
    const { metadata } = server.apply(secret("s", "Opaque"));
    const events = await watch(
      server,
      `${CORE}/secrets?watch=1&fieldSelector=type%3Dkubernetes.io/tls&resourceVersion=${metadata.resourceVersion}`,
    );
    server.apply(secret("s", "kubernetes.io/tls"));
    expect(await events.next()).toMatchObject({ type: "ADDED" });
    server.apply(secret("s", "Opaque"));
    expect(await events.next()).toMatchObject({ type: "DELETED", object: { type: "kubernetes.io/tls" } });
    await events.close();
  });

  it("bookmarks on demand, for those that want it", async () => {
    const wants = await watch(server, `${CORE}/secrets?watch=1&resourceVersion=1&allowWatchBookmarks=true`);
    const { metadata } = server.apply(ingress("a"));
    server.bookmark("secrets");
    expect(await wants.next()).toEqual({
      type: "BOOKMARK",
      object: {
        kind: "Secret",
        apiVersion: "v1",
        metadata: { resourceVersion: metadata.resourceVersion, creationTimestamp: null },
      },
    });
    await wants.close();
  });

  it("lists within the stream when it is asked to", async () => {
    server.apply(ingress("a"));
    const query = "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
    const events = await watch(server, `${INGRESSES}?${query}`);
    expect(await events.next()).toMatchObject({ type: "ADDED" });
    expect(await events.next()).toMatchObject({
      type: "BOOKMARK",
      object: { metadata: { annotations: { "k8s.io/initial-events-end": "true" } } },
    });
    await events.close();
    const { code } = await call(server, "GET", `${INGRESSES}?watch=1&sendInitialEvents=true`);
    expect(code).toBe(422);
  });

  it("ends after timeoutSeconds", async () => {
    const events = await watch(server, `${INGRESSES}?watch=1&timeoutSeconds=0.01`);
    expect(await events.next()).toBeUndefined();
  });
});

it("resolves until() by the event, for an object that comes, changes and goes", async () => {
  const came = server.until("Ingress", "default/web", (object) => object !== undefined);
  server.apply(ingress("web"));
  expect((await came)?.metadata.name).toBe("web");
  const gone = server.until("Ingress", "default/web", (object) => object === undefined);
  server.remove("Ingress", "default/web");
  expect(await gone).toBeUndefined();
});

it("logs requests as RBAC names them", async () => {
  const next = server.nextRequest({ verb: "update", subresource: "status" });
  server.apply(ingress("web"));
  await call(server, "GET", `${NETWORKING}/ingresses?limit=500`, undefined, { "user-agent": "me" });
  await call(server, "GET", `${INGRESSES}/web`);
  await call(server, "PUT", `${INGRESSES}/web/status`, ingress("web"));
  await call(server, "GET", `${CORE}/namespaces/default`);
  expect(await next).toMatchObject({ resource: "ingresses", namespace: "default", name: "web" });
  expect(server.requests).toMatchObject([
    { verb: "list", resource: "ingresses", query: { limit: "500" }, userAgent: "me" },
    { verb: "get", resource: "ingresses", name: "web" },
    { verb: "update", resource: "ingresses", subresource: "status" },
    { verb: "get", resource: "namespaces", name: "default", namespace: "default" },
  ]);
});
