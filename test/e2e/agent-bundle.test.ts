/** The agent's image: the very file that it holds, alone in a folder, as it runs in a cluster that the chart set up. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { VERSION } from "../../cli/version.ts";
import { grantsTo } from "../charts/support/grants.ts";
import { type Rendered, renderChart } from "../charts/support/helm.ts";
import { readValues } from "../charts/support/values.ts";
import { type ApiServer, startApiServer } from "../kubernetes/api-server/index.ts";
import { eventually, get } from "./support/client.ts";
import { Lintel } from "./support/lintel.ts";
import { ingress, service } from "./support/objects.ts";
import { Pod } from "./support/pods.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const FREE = "127.0.0.1:0";

let base: string;
let file: string;
let keys: string;
const bundle = (args: readonly string[], env: Record<string, string> = {}) => new Lintel(args, env, file);

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "lintel-bundle-"));
  keys = join(base, "keys");
  const folder = join(base, "agent");
  // As `npm run build:agent` does.
  await promisify(execFile)(process.execPath, [join(ROOT, "scripts/bundle-agent.ts"), folder]);
  file = join(folder, "lintel.mjs");
  await bundle(["keys", "--out", keys]).ended();
});
afterAll(() => rm(base, { recursive: true, force: true }));

describe("the agent's bundle", () => {
  it("offers the agent's commands, the stub for pods, and no others", async () => {
    const { code, stdout } = await bundle(["--help"]).ended();
    const commands = [...stdout.matchAll(/^ {2}([a-z]+) \[/gm)].map(([, name]) => name);
    expect([code, commands]).toEqual([0, ["agent", "keys", "history", "rollback", "dns", "doctor", "help"]]);
  });

  it("creates keys, for their owner alone", async () => {
    expect((await stat(join(keys, "signing.key"))).mode & 0o777).toBe(0o600);
  });

  it("says what is wrong, without a stack", async () => {
    const { code, stderr } = await bundle(["agent", "--keys", base, "--api-token", "t"]).ended();
    expect([code, stderr]).toEqual([1, expect.stringContaining("signing.key cannot be read; `lintel keys")]);
    expect(stderr).not.toContain("    at ");
  });
});

describe("the agent's bundle, publishing to an edge", () => {
  let pod: Pod;
  let edge: Lintel;
  let http: number;
  let kvUrl: string;
  const running: Lintel[] = [];
  beforeAll(async () => {
    pod = await Pod.start("pod");
    edge = new Lintel(["edge", "--http", FREE, "--https", FREE, "--api", FREE, "--keys", keys], {
      LINTEL_API_TOKEN: "token",
      LINTEL_DNS_TOKEN: "dns",
      LINTEL_CLUSTER: "default",
      LINTEL_TARGETS: "127.0.0.0/8",
      LINTEL_STATE: join(base, "edge"),
    });
    http = Number((await edge.printed(/HTTP +http:\/\/127\.0\.0\.1:(\d+)/))[1]);
    kvUrl = (await edge.printed(/KV API +(\S+)/))[1] ?? "";
  });
  afterAll(async () => {
    await Promise.all(running.map((agent) => agent.stop()));
    await edge.stop();
    await pod.close();
  });
  const served = (host: string) =>
    eventually(
      () => get(http, host, "/"),
      ({ status }) => status === 200,
    );
  const objects = (host: string) => [
    ingress("a", { rules: [{ host, paths: [{ path: "/", service: "pod" }] }] }),
    ...service("pod", [pod.port]),
  ];

  it("follows manifest files, and ends by SIGTERM", async () => {
    const manifests = join(base, "manifests");
    await mkdir(manifests);
    const list = { apiVersion: "v1", kind: "List", items: objects("files.test") };
    await writeFile(join(manifests, "all.json"), JSON.stringify(list));
    const agent = bundle(["agent", "--manifests", manifests], {
      LINTEL_API_TOKEN: "token",
      LINTEL_KV_URL: kvUrl,
      LINTEL_KEYS: keys,
      LINTEL_STATE: join(base, "files"),
    });
    running.push(agent);
    expect((await served("files.test")).json().pod).toBe("pod");
    expect((await agent.stop()).code).toBe(0);
  });

  it("follows a cluster, with the chart's environment and no rights but the chart's", async () => {
    const rendered = await renderChart(await readValues("minimal"));
    const api: ApiServer = await startApiServer({
      tls: true,
      tokens: ["account"],
      user: "system:serviceaccount:lintel-system:lintel-agent",
    });
    try {
      api.setGrants(grantsTo({ name: "lintel-agent", namespace: "lintel-system" }, rendered));
      const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "lintel-system" } };
      const ingressClass = rendered.find(({ kind }) => kind === "IngressClass");
      for (const object of [namespace, ingressClass, ...objects("cluster.test")]) api.apply(object ?? {});
      const agent = bundle(["agent"], {
        ...environmentOf(rendered),
        LINTEL_KUBECONFIG: await api.kubeconfig({ token: "account" }),
        LINTEL_API_TOKEN: "token",
        LINTEL_KV_URL: kvUrl,
        LINTEL_ACCOUNT_ID: "lintel",
        LINTEL_NAMESPACE_ID: "lintel",
        LINTEL_STATUS_ADDRESS: "edge.example.com",
        LINTEL_LEASE_NAMESPACE: "lintel-system",
        LINTEL_IDENTITY: "lintel-agent-0",
        LINTEL_KEYS: keys,
        LINTEL_STATE: join(base, "cluster"),
        LINTEL_LISTEN: FREE,
      });
      running.push(agent);
      await agent.printed(/published generation/, "stderr");
      expect((await served("cluster.test")).json().pod).toBe("pod");
      await api.until("Ingress", "test/a", (object) =>
        JSON.stringify(object?.["status"]).includes("edge.example.com"),
      );
      const { code, stderr } = await agent.stop();
      expect([code, stderr]).toEqual([0, expect.not.stringMatching(/forbidden|RBAC|permission/i)]);
    } finally {
      await api.close();
    }
  });
});

function environmentOf(objects: readonly Rendered[]): Record<string, string> {
  const agent = objects.find(
    ({ kind, metadata }) => kind === "Deployment" && metadata.name === "lintel-agent",
  ) as
    | {
        spec: {
          template: { spec: { containers: { env: { name: string; value?: string }[] }[] } };
        };
      }
    | undefined;
  const env = agent?.spec.template.spec.containers[0]?.env ?? [];
  // The edge here is asked by its address, and would not know itself by the head's URL.
  const taken = env.filter(({ name }) => name !== "LINTEL_HEAD_URL");
  return Object.fromEntries(taken.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])));
}

describe("the Dockerfile", () => {
  const instructions = async () =>
    (await readFile(join(ROOT, "Dockerfile"), "utf8"))
      .replaceAll(/\\\n\s*/g, "")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));

  it("copies the bundle, and nothing else gets to the engine", async () => {
    const copies = (await instructions()).filter((line) => /^(?:COPY|ADD) /.test(line));
    const [, from = "", to] = /^COPY --chmod=0444 (\S+) (\S+)$/.exec(copies.join("\n")) ?? [];
    expect(from).toBe("dist/agent/lintel.mjs");
    expect(await instructions()).toContain(`ENTRYPOINT ["node", "${to}"]`);
    expect((await readFile(join(ROOT, ".dockerignore"), "utf8")).trim().split("\n")).toEqual([
      "*",
      `!${from}`,
    ]);
  });

  it("stands on the very Node that the project is tested with, and runs as nobody", async () => {
    const { devDependencies } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as {
      devDependencies: Record<string, string>;
    };
    const lines = await instructions();
    expect(lines[0]).toBe(`FROM docker.io/library/node:${devDependencies["node"]}-slim`);
    expect(lines).toContain("USER 65532:65532");
    expect(lines.join("\n")).toContain(`org.opencontainers.image.version="${VERSION}"`);
  });
});
