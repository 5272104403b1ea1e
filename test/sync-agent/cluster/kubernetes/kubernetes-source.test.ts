import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { KubeConfigError } from "../../../../sync-agent/kubernetes/config-error.ts";
import {
  type KubernetesSourceOptions,
  SourceClosedError,
} from "../../../../sync-agent/cluster/kubernetes/kubernetes-source.ts";
import { type ApiServer, startApiServer } from "../../../kubernetes/api-server/index.ts";
import { follow, type Following, keys } from "./following.ts";
import { ingress, ingressClass, pod, secret, service, slice } from "./manifests.ts";

let server: ApiServer;
const open: Following[] = [];

beforeEach(async () => {
  server = await startApiServer({ bookmarkEvery: 50 });
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((following) => following.close()));
  await server.close();
});

async function following(
  options?: Partial<KubernetesSourceOptions>,
  kubeconfig?: string,
): Promise<Following> {
  const opened = await follow(server, options, kubeconfig);
  open.push(opened);
  return opened;
}

async function started(options?: Partial<KubernetesSourceOptions>): Promise<Following> {
  const opened = await following(options);
  await opened.start();
  return opened;
}

const lists = (resource: string) =>
  server.requests.filter((request) => request.verb === "list" && request.resource === resource);

const KINDS = ["Ingress", "IngressClass", "Service", "EndpointSlice", "Secret", "Namespace", "Pod"] as const;

describe("the state", () => {
  test("is that of all kinds, once everything is read", async () => {
    for (const object of [
      ingress("web"),
      ingressClass("lintel"),
      service("web"),
      slice("web"),
      secret("tls"),
      secret("password", { type: "Opaque" }),
      pod("web-0"),
    ]) {
      server.apply(object);
    }
    const { source, log } = await started({ pods: true });
    const { state, warnings } = source.observe();
    expect(KINDS.map((kind) => keys(state, kind))).toEqual([
      ["shop/web"],
      ["/lintel"],
      ["shop/web"],
      ["shop/web"],
      ["shop/tls"],
      ["/default", "/kube-system", "/shop"],
      ["shop/web-0"],
    ]);
    expect(warnings).toEqual([]);
    expect(log.lines).toEqual([`info: read the state of the cluster at ${server.url}`]);
    expect(state.Ingress.get("shop/web")?.metadata.uid).toBe(server.get("Ingress", "shop/web")?.metadata.uid);
  });

  test("has no Pods unless they are asked for", async () => {
    server.apply(pod("web-0"));
    const { source } = await started();
    expect(source.observe().state.Pod.size).toBe(0);
    expect(lists("pods")).toEqual([]);
  });

  test("of some namespaces alone", async () => {
    for (const namespace of ["a", "b", "c"]) server.apply(service("web", { namespace }));
    const { source } = await started({ namespaces: ["a", "c", "a"] });
    expect(keys(source.observe().state, "Service")).toEqual(["a/web", "c/web"]);
    expect(keys(source.observe().state, "Namespace")).toEqual(["/a", "/c"]);
    expect(lists("namespaces")).toEqual([]);
    expect(lists("services").map(({ namespace }) => namespace)).toEqual(["a", "c"]);
  });

  test("is read in pages", async () => {
    for (let i = 0; i < 7; i++) server.apply(service(`s-${i}`));
    const { source } = await started({ timing: { pageSize: 3 } });
    expect(source.observe().state.Service.size).toBe(7);
    expect(lists("services")).toHaveLength(3);
  });

  test("follows what comes, changes and goes", async () => {
    const { source, until } = await started();
    expect(source.observe().state.Service.size).toBe(0);
    server.apply(service("web"));
    await until(({ state }) => state.Service.get("shop/web")?.ports[0]?.port === 80);
    server.apply(service("web", { port: 8080 }));
    await until(({ state }) => state.Service.get("shop/web")?.ports[0]?.port === 8080);
    server.remove("Service", "shop/web");
    await until(({ state }) => state.Service.size === 0);
  });

  test("is not said to change when nothing that is read does, and stays the same", async () => {
    server.apply(service("web"));
    const follower = await started();
    const before = follower.source.observe();
    const web = { ...service("web"), status: { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } } };
    server.apply(web);
    server.apply(slice("later"));
    await follower.until(({ state }) => state.EndpointSlice.size === 1);
    // The events of different kinds come over different connections.
    server.apply(service("other"));
    const after = await follower.until(({ state }) => state.Service.size === 2);
    expect(follower.changes).toBe(2);
    expect(after.state.Service.get("shop/web")).toBe(before.state.Service.get("shop/web"));
    expect(after.state.Ingress).toBe(before.state.Ingress);
    expect(follower.source.observe()).toBe(after);
  });

  test("keeps the last good form of what cannot be read, with a warning", async () => {
    server.apply(ingress("web"));
    const { until } = await started();
    server.apply(ingress("web", { host: "Not_A_Host" }));
    const { state, warnings } = await until((observation) => observation.warnings.length > 0);
    expect(state.Ingress.get("shop/web")?.rules[0]?.host).toBe("web.example");
    expect(warnings).toMatchObject([
      { object: "Ingress shop/web", field: "spec.rules[0].host", reason: "ObjectInvalid" },
    ]);
    server.apply(ingress("web", { host: "mended.example" }));
    const mended = await until((observation) => observation.warnings.length === 0);
    expect(mended.state.Ingress.get("shop/web")?.rules[0]?.host).toBe("mended.example");
  });
});

describe("Secrets of other types", () => {
  test("are read when an Ingress names them, and no others", async () => {
    server.apply(secret("named", { type: "Opaque" }));
    server.apply(secret("unnamed", { type: "Opaque" }));
    server.apply(ingress("web", { secret: "named" }));
    const { source, until } = await started();
    expect(keys(source.observe().state, "Secret")).toEqual(["shop/named"]);
    expect(lists("secrets").map(({ query }) => query["fieldSelector"])).toEqual([
      "type=kubernetes.io/tls",
      "metadata.name=named",
    ]);
    server.apply(secret("named", { type: "Opaque", value: "Yg==" }));
    await until(({ state }) => state.Secret.get("shop/named")?.data["tls.crt"] === "Yg==");
    server.apply(ingress("web"));
    await until(({ state }) => state.Secret.size === 0);
    expect(source.health().resources.filter(({ kind }) => kind === "Secret")).toHaveLength(1);
  });

  test("are found when they come later, of whatever type", async () => {
    server.apply(ingress("web", { secret: "late" }));
    server.apply(ingress("api", { secret: "tls" }));
    const { until } = await started();
    server.apply(secret("late", { type: "Opaque" }));
    server.apply(secret("tls"));
    await until(({ state }) => state.Secret.size === 2);
    server.remove("Secret", "shop/late");
    await until(({ state }) => state.Secret.size === 1);
    server.apply(secret("late"));
    const { state } = await until(({ state }) => state.Secret.size === 2);
    expect(state.Secret.get("shop/late")?.type).toBe("kubernetes.io/tls");
  });

  test("that many Ingresses name and nobody has made cost no watch each", async () => {
    for (let i = 0; i < 70; i++) server.apply(ingress(`i-${i}`, { secret: `missing-${i}` }));
    const { source } = await started();
    expect(source.health().resources.filter(({ kind }) => kind === "Secret")).toHaveLength(71);
    expect(lists("secrets")).toHaveLength(71);
    const watched = () =>
      server.requests.filter(({ verb, resource }) => verb === "watch" && resource === "secrets").length;
    while (watched() < 65) await server.nextRequest({ verb: "watch", resource: "secrets" });
    expect(watched()).toBe(65);
  });
});

describe("the start", () => {
  test("waits for every resource, says what is missing, and goes on when it is granted", async () => {
    server.apply(ingress("web"));
    const grant = server.deny({ resource: "ingresses" });
    const follower = await following();
    let ready = false;
    const start = follower.start().then(() => {
      ready = true;
    });
    for (let i = 0; i < 3; i++) await server.nextRequest({ resource: "ingresses" });
    while (lists("services").length === 0) await server.nextRequest({ resource: "services" });
    expect(ready).toBe(false);
    expect(follower.source.health().synced).toBe(false);
    const failing = follower.source.health().resources.find(({ kind }) => kind === "Ingress");
    expect(failing).toMatchObject({ synced: false, lastContact: undefined, failure: { status: 403 } });
    grant();
    await start;
    expect(follower.source.observe().state.Ingress.size).toBe(1);
    expect(follower.source.health().synced).toBe(true);
    expect(follower.log.lines).toEqual([
      expect.stringMatching(
        /^error: cannot list ingresses.* add to the rules of a ClusterRole .*apiGroups: \["networking\.k8s\.io"\], resources: \["ingresses"\], verbs: \["list", "watch"\]/,
      ),
      expect.stringMatching(/^info: resolved: list ingresses/),
      expect.stringMatching(/^info: read the state/),
    ]);
  });

  test("waits for a server that is not there, and says so once for all resources", async () => {
    const follower = await following();
    await server.stop();
    const start = follower.start();
    await expect
      .poll(() => follower.source.health().resources.every(({ failure }) => failure !== undefined))
      .toBe(true);
    await server.restart();
    await start;
    expect(follower.log.lines.filter((line) => line.startsWith("warn"))).toEqual([
      expect.stringMatching(/refuses connections \(ECONNREFUSED.*check that the API server runs/),
    ]);
  });

  test("ends promptly when the source is closed", async () => {
    server.deny({ resource: "ingresses" });
    const { source, start } = await following();
    const starting = expect(start()).rejects.toThrow(SourceClosedError);
    await server.nextRequest({ resource: "ingresses" });
    await source.close();
    await starting;
    await expect(source.start(() => {})).rejects.toThrow(SourceClosedError);
  });

  test("is refused for a namespace that cannot be", async () => {
    const { start } = await following({ namespaces: ["shop", "Shop_1"] });
    await expect(start()).rejects.toThrow(KubeConfigError);
    await expect(start()).rejects.toThrow(/--namespaces Shop_1: is no name of a namespace/);
    expect(server.requests).toEqual([]);
  });
});

describe("following goes on", () => {
  const applied = async ({ until }: Following, name: string) => {
    server.apply(service(name));
    await until(({ state }) => state.Service.has(`shop/${name}`));
  };

  test.each(["end", "reset"] as const)("after watches %s", async (how) => {
    const follower = await started();
    await applied(follower, "before");
    server.closeWatches({}, how);
    await applied(follower, "after");
    expect(lists("services")).toHaveLength(1);
  });

  test("after versions expired, with what was removed meanwhile gone", async () => {
    server.apply(service("old"));
    server.apply(service("kept"));
    const follower = await started();
    const kept = follower.source.observe().state.Service.get("shop/kept");
    server.dropEvents("services", 1);
    server.remove("Service", "shop/old");
    server.expire();
    const { state } = await follower.until(({ state }) => !state.Service.has("shop/old"));
    expect(state.Service.get("shop/kept")).toBe(kept);
    await applied(follower, "after");
  });

  test("after watches fell silent, from the last version", async () => {
    const follower = await started({ timing: { silence: 150 } });
    const speak = server.silence({ resource: "services" });
    server.apply(service("unheard"));
    await follower.until(({ state }) => state.Service.has("shop/unheard"));
    speak();
    expect(lists("services")).toHaveLength(1);
  });

  test("after events were dropped, with the next list", async () => {
    server.apply(service("old"));
    const follower = await started({ timing: { relist: 300 } });
    server.dropEvents("services", 2);
    server.remove("Service", "shop/old");
    server.apply(service("new"));
    await follower.until(({ state }) => state.Service.has("shop/new") && !state.Service.has("shop/old"));
  });

  test("after the server restarted, with the last state served meanwhile", async () => {
    const follower = await started();
    await applied(follower, "before");
    await server.stop();
    await expect
      .poll(() => follower.source.health().resources.every(({ failure }) => failure !== undefined))
      .toBe(true);
    expect(follower.source.observe().state.Service.size).toBe(1);
    await server.restart();
    await applied(follower, "after");
  });

  test("after a permission was lost, which is said, with the last state served meanwhile", async () => {
    server.apply(service("web"));
    const follower = await started();
    const grant = server.deny({ resource: "services" });
    server.closeWatches({ resource: "services" });
    for (let i = 0; i < 4; i++) await server.nextRequest({ resource: "services" });
    expect(keys(follower.source.observe().state, "Service")).toEqual(["shop/web"]);
    server.apply(slice("other"));
    await follower.until(({ state }) => state.EndpointSlice.size === 1);
    expect(
      follower.source.health().resources.find(({ kind }) => kind === "Service")?.failure?.remedy,
    ).toContain('apiGroups: [""], resources: ["services"], verbs: ["list", "watch"]');
    grant();
    await applied(follower, "after");
    expect(follower.log.lines.filter((line) => line.startsWith("error"))).toHaveLength(1);
  });

  test("with a token that rotated", async () => {
    server.setTokens(["one"]);
    const tokenFile = join(await server.kubeconfig().then((path) => join(path, "..")), "token");
    await writeFile(tokenFile, "one\n");
    const follower = await following({}, await server.kubeconfig({ tokenFile }));
    await follower.start();
    server.setTokens(["two"]);
    await writeFile(tokenFile, "two\n");
    server.closeWatches();
    await applied(follower, "after");
    expect(follower.log.lines.filter((line) => !line.startsWith("info"))).toEqual([]);
  });

  test("after answers of all kinds that are of no use", async () => {
    const follower = await started({ timing: { connectTimeout: 100 } });
    server.fail({ match: { resource: "services" }, with: { status: 500 }, times: 1 });
    server.fail({ match: { resource: "services" }, with: "reset", times: 1 });
    server.fail({ match: { resource: "services" }, with: "hang", times: 1 });
    server.fail({ match: { resource: "services" }, with: { status: 410, reason: "Expired" }, times: 1 });
    server.fail({ match: { resource: "services" }, with: { status: 429, retryAfter: 0 }, times: 2 });
    server.closeWatches({ resource: "services" });
    await applied(follower, "after");
  });
});

test("nothing is asked for after the close", async () => {
  server.apply(ingress("web", { secret: "named" }));
  const follower = await started();
  await follower.source.close();
  const asked = server.requests.length;
  server.apply(service("unseen"));
  server.closeWatches();
  await new Promise((resolve) => {
    setTimeout(resolve, 60);
  });
  expect(server.requests).toHaveLength(asked);
  expect(follower.source.observe().state.Service.size).toBe(0);
  expect(follower.changes).toBe(0);
});

test("TLS with the cluster's own authority", async () => {
  await server.close();
  server = await startApiServer({ tls: true, tokens: ["good"], bookmarkEvery: 50 });
  const follower = await following({}, await server.kubeconfig({ token: "good" }));
  await follower.start();
  server.apply(service("web"));
  await follower.until(({ state }) => state.Service.size === 1);
});

test("observers are told when each kind has been read", async () => {
  const synced: string[] = [];
  await started({ pods: true, observer: { synced: (kind) => synced.push(kind) } });
  expect(synced.toSorted()).toEqual([
    "ConfigMap",
    "EndpointSlice",
    "Ingress",
    "IngressClass",
    "Namespace",
    "Pod",
    "Secret",
    "Service",
  ]);
  // Which of these are to be read Ingresses say.
  expect(synced.slice(-2)).toEqual(["Secret", "ConfigMap"]);
});
