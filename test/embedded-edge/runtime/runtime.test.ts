import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { BundleMissingError, RuntimeError } from "../../../embedded-edge/index.ts";
import { type Runtime, type RuntimeOptions, startRuntime } from "../../../embedded-edge/runtime/runtime.ts";
import { writeBundle } from "../support/bundle.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type Peer, startServer } from "../support/http.ts";
import { recordingLog } from "../support/log.ts";
import { listeningPorts, runtimeProcesses } from "../support/processes.ts";

async function start(state: string, options: Partial<RuntimeOptions> = {}): Promise<Runtime> {
  return startRuntime({
    state,
    bundle: await writeBundle(state),
    gateway: "127.0.0.1:1",
    variables: {},
    log: recordingLog(),
    ...options,
  });
}

async function ask(runtime: Runtime, path: string, init?: RequestInit): Promise<string> {
  return (await fetch(`http://127.0.0.1:${runtime.workerPort()}${path}`, init)).text();
}

describe("a running runtime", () => {
  const variables = { LINTEL_GATEWAY_SECRET: "s", LINTEL_CLUSTERS: "c" };
  const log = recordingLog();
  let pod: Peer<unknown>;
  let state: string;
  let runtime: Runtime;
  beforeAll(async () => {
    pod = await startServer(({ method, url, headers }, response) => {
      response.end(`${method} ${url} ${headers.host} ${headers["lintel-secret"]?.toString()}`);
    });
    state = await realpath(await mkdtemp(join(tmpdir(), "lintel-runtime-")));
    runtime = await start(state, { gateway: `127.0.0.1:${pod.port}`, variables, log });
  });
  afterAll(async () => {
    await runtime.close();
    await pod.close();
    await rm(state, { recursive: true, force: true });
  });

  it("gives the Worker its variables, and a way to the gateway", async () => {
    expect(JSON.parse(await ask(runtime, "/vars"))).toEqual(variables);
    expect(await ask(runtime, "/pod/1/x/y")).toBe("GET /x/y pod.example s");
  });

  it.each(["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"])(
    "reaches nobody on this machine by the way to the public network: %s",
    async (host) => {
      expect(await ask(runtime, `/outside?http://${host}:${pod.port}/`)).toBe("refused");
    },
  );

  it("logs what the Worker says", async () => {
    await ask(runtime, "/log");
    const line = { level: "info", message: "said by the worker", fields: { source: "workerd" } };
    await vi.waitFor(() => expect(log.lines).toContainEqual(line));
  });

  it("lets nobody at KV who does not know its secret", async () => {
    const ports = (await listeningPorts(state)).filter((port) => port !== runtime.workerPort());
    const answers = await Promise.all(
      ports.map(async (port) => {
        const body = JSON.stringify({ puts: [{ key: "k", value: "x" }], deletes: [] });
        return (await fetch(`http://127.0.0.1:${port}/write`, { method: "POST", body })).status;
      }),
    );
    expect(answers).toContain(403);
    expect((await runtime.store.read(["k"]))[0]).toBeUndefined();
  });

  it("ends neither on the signals of a terminal nor with its session", async () => {
    const processes = await runtimeProcesses(state);
    const host = processes.find(({ command }) => command.includes("host.ts"))?.pid ?? 0;
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.kill(host, signal);
    expect(await ask(runtime, "/kv/none")).toBe("nothing");
    expect(processes.map(({ session }) => session)).toEqual([host, host]);
  });

  it.each([
    ["workerd", "workerd"],
    ["its own process", "host.ts"],
  ])("comes back with its data when %s is killed", { timeout: 10_000 }, async (_, command) => {
    await runtime.store.put([{ key: "kept", value: command }]);
    const victim = (await runtimeProcesses(state)).find((found) => found.command.includes(command));
    process.kill(victim?.pid ?? 0, "SIGKILL");
    // workerd alone lives on when its host is killed, until the next host takes its place.
    await vi.waitFor(
      async () => {
        const pids = (await runtimeProcesses(state)).map(({ pid }) => pid);
        expect([pids.length, pids.includes(victim?.pid ?? 0)]).toEqual([2, false]);
        expect((await runtime.store.read(["kept"]))[0]?.value.toString()).toBe(command);
      },
      { timeout: 9_000, interval: 20 },
    );
    expect(await ask(runtime, "/kv/kept")).toBe(command);
  });

  it("ends every process that it started, and keeps KV and Durable Objects for the next", async () => {
    await ask(runtime, "/head", { method: "PUT", body: "kept" });
    await runtime.store.put([{ key: "k", value: "kept too" }]);
    expect((await runtimeProcesses(state)).length).toBe(2);
    await runtime.close();
    expect(await runtimeProcesses(state)).toEqual([]);
    runtime = await start(state);
    expect([await ask(runtime, "/head"), await ask(runtime, "/kv/k")]).toEqual(["kept", "kept too"]);
  });
});

describe("a runtime that cannot start", () => {
  it("says which bundle is missing", async () => {
    const state = await temporaryFolder();
    const starting = start(state, { bundle: join(state, "none.js") });
    await expect(starting).rejects.toThrow(BundleMissingError);
    await expect(starting).rejects.toThrow(`bundle ${state}/none.js: is not a readable file; build it`);
  });

  it("says why a bundle does not run, and leaves nothing behind", async () => {
    const state = await temporaryFolder();
    const bundle = join(state, "bad.js");
    await writeFile(bundle, "export default {");
    await expect(start(state, { bundle })).rejects.toThrow(RuntimeError);
    expect(await runtimeProcesses(state)).toEqual([]);
  });
});
