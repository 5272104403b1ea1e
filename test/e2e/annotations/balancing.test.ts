import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hostOf } from "../support/annotated.ts";
import { selfSigned } from "../support/certificates.ts";
import { get } from "../support/client.ts";
import { type Up, up } from "../support/lintel.ts";
import { service } from "../support/objects.ts";
import { Pod } from "../support/pods.ts";

const PAGE = "a page ".repeat(10_000);
const pods: Pod[] = [];
let edge: Up;
const issued = await selfSigned(["web.test"]);
const tls = createServer(issued, (_, response) => response.end("over TLS"));
const folder = await mkdtemp(join(tmpdir(), "lintel-authority-"));

beforeAll(async () => {
  for (const name of ["a", "b", "c"]) pods.push(await Pod.start(name));
  const slow = await Pod.start("slow", (_, response) => void setTimeout(() => response.end("slow"), 60));
  const quick = await Pod.start("quick", (_, response) => response.end("quick"));
  const pages = await Promise.all(
    ["a", "b"].map((name) =>
      Pod.start(name, (request, response) => {
        response.setHeader("x-pod", name);
        if (request.url === "/stream") response.write("begun");
        else if (request.url === "/plain") response.setHeader("content-length", PAGE.length).end(PAGE);
        else response.setHeader("content-encoding", "gzip").end(gzipSync(PAGE));
      }),
    ),
  );
  tls.listen(0, "127.0.0.1");
  await once(tls, "listening");
  const ports = pods.map(({ port }) => port);
  pods.push(slow, quick, ...pages);
  const [first] = pods;
  await writeFile(join(folder, "authority.crt"), issued.cert);
  const flags = ["--zone", "west"];
  const env = { NODE_EXTRA_CA_CERTS: join(folder, "authority.crt") };
  const objects = [
    ...service("web", ports),
    ...service("uneven", [slow.port, quick.port]),
    ...service(
      "pages",
      pages.map(({ port }) => port),
    ),
    ...service("tls", [(tls.address() as AddressInfo).port]),
    ...draining("leaving", ports.slice(0, 1)),
    addressed("addressed", first?.port ?? 0),
    hostOf("turns.test", "web"),
    hostOf("hash.test", "web", { "upstream-hash-by": "$arg_key" }),
    hostOf("ewma.test", "uneven", { "load-balance": "ewma" }),
    hostOf("least.test", "pages", { "lintel.dev/load-balance": "least_connections" }),
    hostOf("tls.test", "tls", { "backend-protocol": "HTTPS" }),
    hostOf("verified.test", "tls", { ...verified, "proxy-ssl-name": "web.test" }),
    hostOf("impostor.test", "tls", { ...verified, "proxy-ssl-name": "other.test" }),
    hostOf("leaving.test", "leaving"),
    atPort(hostOf("addressed.test", "addressed", { "service-upstream": "true" }), first?.port ?? 0),
    ...hinted("zoned", ports, ["east", "west", "east"]),
    hostOf("zoned.test", "zoned"),
  ];
  edge = await up({ "balancing.yaml": objects }, flags, env);
});
afterAll(async () => {
  await edge.close();
  await Promise.all(pods.map((pod) => pod.close()));
  await rm(folder, { recursive: true });
  tls.close();
  tls.closeAllConnections();
});

/** A Service whose pods all are about to end. */
function draining(name: string, ports: readonly number[]): object[] {
  const conditions = { ready: false, serving: true, terminating: true };
  return service(name, ports).map((object) =>
    "endpoints" in object ? { ...object, endpoints: [{ addresses: ["127.0.0.1"], conditions }] } : object,
  );
}

/** A Service each of whose pods is meant for a zone. */
function hinted(name: string, ports: readonly number[], zones: readonly string[]): object[] {
  const [object = {}, ...slices] = service(name, ports);
  const conditions = { ready: true };
  const inZones = slices.map((slice, i) => ({
    ...slice,
    endpoints: [{ addresses: ["127.0.0.1"], conditions, hints: { forZones: [{ name: zones[i] }] } }],
  }));
  return [object, ...inZones];
}

/** A Service without endpoints, at whose own address somebody listens. */
function addressed(name: string, port: number): object {
  const spec = { clusterIP: "127.0.0.1", clusterIPs: ["127.0.0.1"], ports: [{ name: "http", port }] };
  return { apiVersion: "v1", kind: "Service", metadata: { name, namespace: "test" }, spec };
}

function atPort(ingress: object, port: number): object {
  return JSON.parse(JSON.stringify(ingress).replace(`"number":80`, `"number":${port}`)) as object;
}

const verified = { "backend-protocol": "HTTPS", "proxy-ssl-verify": "on" };

const podsOf = async (host: string, paths: readonly string[]) => {
  const found: string[] = [];
  for (const path of paths) found.push((await get(edge.http, host, path)).json().pod);
  return found;
};
const times = (n: number, path = "/") => Array.from({ length: n }, () => path);

describe("endpoints share the requests", () => {
  it("in turn", async () => {
    const counts = Map.groupBy(await podsOf("turns.test", times(9)), (pod) => pod);
    expect([...counts.values()].map(({ length }) => length)).toEqual([3, 3, 3]);
  });

  it("by what upstream-hash-by says", async () => {
    expect(new Set(await podsOf("hash.test", times(5, "/?key=one"))).size).toBe(1);
    const keys = Array.from({ length: 20 }, (_, i) => `/?key=${i}`);
    expect(new Set(await podsOf("hash.test", keys)).size).toBe(3);
  });

  it("by how fast they answer", async () => {
    const found: string[] = [];
    for (const path of times(30)) found.push((await get(edge.http, "ewma.test", path)).body);
    expect(found.filter((body) => body === "slow").length).toBeLessThanOrEqual(3);
  });

  it("by how many responses they are busy with", async () => {
    const streaming = http.get({
      port: edge.http,
      host: "127.0.0.1",
      path: "/stream",
      headers: { host: "least.test" },
      agent: false,
    });
    const [response] = (await once(streaming, "response")) as [http.IncomingMessage];
    const busy = response.headers["x-pod"];
    const others = new Set<unknown>();
    for (const path of times(6, "/plain")) {
      others.add((await get(edge.http, "least.test", path)).headers["x-pod"]);
    }
    expect([...others]).toEqual([busy === "a" ? "b" : "a"]);
    response.destroy();
  });
});

it("responses are whole where they are counted, in plain and compressed", async () => {
  const plain = await get(edge.http, "least.test", "/plain");
  expect([plain.headers["content-length"], plain.body]).toEqual([String(PAGE.length), PAGE]);
  const { headers, bytes } = await get(edge.http, "least.test", "/", {
    headers: { "accept-encoding": "gzip" },
  });
  expect(headers["content-encoding"]).toBe("gzip");
  expect(gunzipSync(bytes).toString()).toBe(PAGE);
});

it("a Service of pods that are about to end is served by them", async () => {
  expect(await podsOf("leaving.test", ["/"])).toEqual(["a"]);
});

it("endpoints that are meant for the zone of the edge are preferred", async () => {
  expect(await podsOf("zoned.test", times(4))).toEqual(times(4, "b"));
});

it("a Service is dialed at its own address where that is asked for", async () => {
  expect(await podsOf("addressed.test", ["/"])).toEqual(["a"]);
});

it("a Service that speaks TLS is spoken to in TLS", async () => {
  expect((await get(edge.http, "tls.test", "/")).body).toBe("over TLS");
  expect((await get(edge.http, "verified.test", "/")).body).toBe("over TLS");
});

it("a Service whose certificate bears another name than it must is not spoken to", async () => {
  expect((await get(edge.http, "impostor.test", "/")).status).toBe(502);
});
