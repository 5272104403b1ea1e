/** `lintel edge` and `lintel agent` as separate processes, joined by the KV API. */
import { mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, get } from "./support/client.ts";
import { Lintel, run } from "./support/lintel.ts";
import { ingress, service } from "./support/objects.ts";
import { Pod } from "./support/pods.ts";

let base: string;
let keys: string;
let manifests: string;
let pod: Pod;
let edge: Lintel;
let agent: Lintel;
let http: number;
let api: string;

const FREE = "127.0.0.1:0";
const startEdge = () =>
  new Lintel(["edge", "--http", FREE, "--https", FREE, "--api", FREE, "--keys", keys], {
    LINTEL_API_TOKEN: "right",
    LINTEL_TARGETS: "127.0.0.0/8",
    LINTEL_STATE: join(base, "edge"),
    LINTEL_DNS_TOKEN: "dns",
  });
const startAgent = (token: string) =>
  new Lintel(
    ["agent", "--manifests", manifests, "--kv-url", api, "--keys", keys, "--state", join(base, "agent")],
    {
      LINTEL_API_TOKEN: token,
    },
  );
const addresses = async () => {
  http = Number((await edge.printed(/HTTP +http:\/\/127\.0\.0\.1:(\d+)/))[1]);
  api = (await edge.printed(/KV API +(\S+)/))[1] ?? "";
};

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "lintel-halves-"));
  [keys, manifests] = [join(base, "keys"), join(base, "manifests")];
  await mkdir(manifests);
  pod = await Pod.start("pod");
  const objects = [
    ingress("a", { rules: [{ host: "a.test", paths: [{ path: "/", service: "pod" }] }] }),
    ...service("pod", [pod.port]),
  ];
  await writeFile(
    join(manifests, "all.json"),
    JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }),
  );
  await run(["keys", "--out", keys]);
  edge = startEdge();
  await addresses();
});
afterAll(async () => {
  await Promise.all([edge.stop(), agent.stop()]);
  await pod.close();
  await rm(base, { recursive: true, force: true });
});

describe("the keys", () => {
  it("are for their owner alone, and never overwritten", async () => {
    for (const file of ["signing.key", "signing.pub", "sealing.key", "gateway.secret"]) {
      expect((await stat(join(keys, file))).mode & 0o777).toBe(0o600);
    }
    const again = await run(["keys", "--out", keys]);
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining("is there already")]);
  });
});

describe("an edge and an agent", () => {
  it("answers 503 until something is published", async () => {
    expect((await get(http, "a.test", "/")).status).toBe(503);
    expect((await get(http, "edge.lintel.test", "/healthz")).status).toBe(503);
  });

  it("publishes nothing with the wrong token, and says so", async () => {
    agent = startAgent("wrong");
    await agent.printed(/token/, "stderr");
    await agent.stop();
    expect((await get(http, "a.test", "/")).status).toBe(503);
  });

  it("serves what the agent publishes", async () => {
    agent = startAgent("right");
    await agent.printed(/published generation 1/, "stderr");
    const answer = await eventually(
      () => get(http, "a.test", "/"),
      ({ status }) => status === 200,
    );
    expect(answer.json().pod).toBe("pod");
    expect((await get(http, "edge.lintel.test", "/healthz")).status).toBe(200);
  });

  it("goes on serving when the agent is gone, and after a kill -9 of the edge", async () => {
    await agent.stop("SIGKILL");
    await edge.stop("SIGKILL");
    edge = startEdge();
    await addresses();
    expect((await get(http, "a.test", "/")).json().pod).toBe("pod");
  });

  it("keeps strangers from the resolver", async () => {
    const query = "AAABAAABAAAAAAAAA3BvZAR0ZXN0A3N2YwdjbHVzdGVyBWxvY2FsAAABAAE";
    const ask = (path: string) => get(http, "edge.lintel.test", `${path}?dns=${query}`);
    expect((await ask("/dns-query")).status).toBe(401);
    expect((await ask("/dns-query/guess")).status).toBe(401);
    expect((await ask("/dns-query/dns")).status).toBe(200);
  });
});
