/** The edge under test: a process that is restarted on the same ports and the same state. */
import { readFile } from "node:fs/promises";
import http from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { once } from "node:events";
import { build } from "esbuild";
import { readKeys } from "../../cli/key-files.ts";
import { Lintel } from "../e2e/support/lintel.ts";
import { COLLECTING } from "./memory.ts";
import { FAULTS_PATH, type Faults } from "../worker/soak/faults.ts";

const PROGRAM = fileURLToPath(new URL("edge-host.ts", import.meta.url));
const WORKER = fileURLToPath(new URL("../worker/soak/faulty-worker.ts", import.meta.url));
/** Resolves everywhere, for the agent that puts the head there. */
export const SYSTEM_HOST = "localhost";
export const API_TOKEN = "soak";

interface Ports {
  readonly http: number;
  readonly https: number;
  readonly api: { readonly port: number; readonly url: string };
  readonly caFile: string;
}

export class Edge {
  readonly #options: object;
  #process: Lintel | undefined;
  #ports: Ports | undefined;
  #ca = "";
  #faults: Partial<Faults> = {};
  #downSince: number | undefined = performance.now();
  #upSince = 0;
  #log = "";
  starts = 0;
  /** How long each restart took, in milliseconds: to end, and to serve again. */
  readonly restarts: { readonly ending: number; readonly starting: number }[] = [];

  private constructor(options: object) {
    this.#options = options;
  }

  /** @param base a folder for its state; `keys` is one that `lintel keys` wrote. */
  static async start(base: string, keys: string): Promise<Edge> {
    const bundle = join(base, "faulty-worker.js");
    await build({
      entryPoints: [WORKER],
      outfile: bundle,
      bundle: true,
      format: "esm",
      target: "es2024",
      minify: true,
      external: ["cloudflare:*"],
      logLevel: "error",
    });
    const files = await readKeys(keys, ["publicKey", "sealingKey", "gatewaySecret"]);
    const edge = new Edge({
      ...files,
      cluster: "default",
      state: join(base, "edge"),
      systemHost: SYSTEM_HOST,
      dnsAccess: "loopback",
      targets: ["127.0.0.0/8"],
      bundle,
    });
    await edge.#start();
    return edge;
  }

  get ports(): Ports {
    if (this.#ports === undefined) throw new Error("the edge was never started");
    return this.#ports;
  }

  get ca(): string {
    return this.#ca;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  get state(): string {
    return (this.#options as { state: string }).state;
  }

  /** What it has logged. */
  get log(): string {
    return this.#log + (this.#process?.stderr ?? "");
  }

  /** Whether it was down at any moment since then, by performance.now(). */
  wasDownSince(time: number): boolean {
    return this.#downSince !== undefined || this.#upSince >= time;
  }

  async setFaults(faults: Partial<Faults>): Promise<void> {
    this.#faults = faults;
    const body = JSON.stringify(faults);
    const headers = { host: SYSTEM_HOST, "content-length": body.length };
    const options = { host: "127.0.0.1", port: this.ports.http, path: FAULTS_PATH, method: "PUT", headers };
    const request = http.request({ ...options, agent: false }).end(body);
    const [response] = (await once(request, "response")) as [http.IncomingMessage];
    response.resume();
    if (response.statusCode !== 204) throw new Error(`setting faults: ${response.statusCode}`);
  }

  async restart(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const began = performance.now();
    await this.stop(signal);
    const ended = performance.now();
    await this.#start();
    const ms = (from: number, to: number) => Math.round(to - from);
    this.restarts.push({ ending: ms(began, ended), starting: ms(ended, performance.now()) });
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    this.#downSince ??= performance.now();
    const ended = await this.#process?.stop(signal);
    this.#log += ended?.stderr ?? "";
    this.#process = undefined;
  }

  async #start(): Promise<void> {
    const { http = 0, https = 0, api } = this.#ports ?? {};
    const listen = (port: number) => ({ host: "127.0.0.1", port });
    const options = {
      ...this.#options,
      http: listen(http),
      https: listen(https),
      api: { ...listen(api?.port ?? 0), token: API_TOKEN, accountId: "lintel", namespaceId: "lintel" },
    };
    this.#process = new Lintel([JSON.stringify(options)], COLLECTING, PROGRAM);
    const [line] = await this.#process.printed(/^\{.*\}$/m);
    this.#ports = JSON.parse(line) as Ports;
    this.#ca = await readFile(this.#ports.caFile, "utf8");
    this.starts++;
    if (Object.keys(this.#faults).length > 0) await this.setFaults(this.#faults);
    this.#upSince = performance.now();
    this.#downSince = undefined;
  }
}
