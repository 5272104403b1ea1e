/** A cluster, an edge, an agent and what stands between them, all on loopback. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createKeys, readKeys } from "../../cli/key-files.ts";
import { loadVerifier } from "../../contract/index.ts";
import { Lintel } from "../e2e/support/lintel.ts";
import { type ApiServer, startApiServer } from "../kubernetes/api-server/index.ts";
import { API_TOKEN, Edge, SYSTEM_HOST } from "./edge.ts";
import { KvLayer } from "./kv-layer.ts";
import { COLLECTING } from "./memory.ts";
import { bystanders, CLASS, HOSTS, ingress, NAMESPACE, service, SERVICE_KEY, slice } from "./objects.ts";
import { Pods } from "./pods.ts";
import { Truth } from "./truth.ts";

const PODS = 6;
const BYSTANDERS = 50;

export class World {
  readonly edge: Edge;
  readonly truth: Truth;
  readonly kv: KvLayer;
  readonly pods: Pods;
  readonly #double: ApiServer;
  readonly #startAgent: () => Lintel;
  readonly #remove: () => Promise<void>;
  readonly versions = new Map<string, number>();
  #agent: Lintel;
  #agentLog = "";
  agentStarts = 1;
  /** The newest generation that a client has seen. */
  served = 0;

  private constructor(
    parts: Pick<World, "edge" | "truth" | "kv" | "pods">,
    double: ApiServer,
    startAgent: () => Lintel,
    remove: () => Promise<void>,
  ) {
    this.edge = parts.edge;
    this.truth = parts.truth;
    this.kv = parts.kv;
    this.pods = parts.pods;
    this.#double = double;
    this.#startAgent = startAgent;
    this.#remove = remove;
    for (const name of Object.keys(HOSTS)) this.change(name);
    for (const object of bystanders(BYSTANDERS)) double.apply(object);
    double.apply(service(this.pods.port));
    this.showEndpoints();
    this.#agent = startAgent();
  }

  static async open(random: () => number): Promise<World> {
    const base = await mkdtemp(join(tmpdir(), "lintel-soak-"));
    const keys = join(base, "keys");
    await createKeys(keys);
    const { publicKey } = await readKeys(keys, ["publicKey"]);
    const [double, edge, verifier] = await Promise.all([
      startApiServer({ bookmarkEvery: 5000 }),
      Edge.start(base, keys),
      loadVerifier(publicKey),
    ]);
    const pods = new Pods(random);
    for (let i = 0; i < PODS; i++) await pods.start();
    const truth = new Truth(verifier);
    const kv = await KvLayer.start(edge.ports.api.url, random, (key, value) => truth.written(key, value));
    const flags = {
      kubeconfig: await double.kubeconfig(),
      namespaces: NAMESPACE,
      "ingress-class": CLASS,
      "kv-url": kv.url,
      "head-url": `http://${SYSTEM_HOST}:${edge.ports.http}/head`,
      "system-host": SYSTEM_HOST,
      keys,
      identity: "soak",
      "lease-namespace": NAMESPACE,
      state: join(base, "agent"),
    };
    const args = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`);
    const startAgent = () => new Lintel(["agent", ...args], { ...COLLECTING, LINTEL_API_TOKEN: API_TOKEN });
    const remove = () => rm(base, { recursive: true, force: true });
    return new World({ edge, truth, kv, pods }, double, startAgent, remove);
  }

  get agentPid(): number | undefined {
    return this.#agent.pid;
  }

  /** What all agents have logged. */
  get agentLog(): string {
    return this.#agentLog + this.#agent.stderr;
  }

  /** Gives an Ingress its next version. */
  change(name: string): void {
    const version = (this.versions.get(name) ?? 0) + 1;
    this.versions.set(name, version);
    this.#double.apply(ingress(name, version));
    // Otherwise the server's memory of what was is all that grows in a long run.
    if (version % 1000 === 0) this.#double.expire();
  }

  /** How many endpoints are gone that the edge believes to be ready. */
  get gone(): number {
    const present = new Set(this.pods.endpoints.map(({ address }) => address));
    const believed = this.truth
      .of(this.served)
      .map(({ endpoints }) => endpoints.get(SERVICE_KEY)?.ready ?? []);
    return Math.max(0, ...believed.map((ready) => ready.filter((address) => !present.has(address)).length));
  }

  showEndpoints(): void {
    this.#double.apply(slice(this.pods.port, this.pods.endpoints));
  }

  async killAgent(): Promise<void> {
    const { stderr } = await this.#agent.stop("SIGKILL");
    this.#agentLog += stderr;
    this.#agent = this.#startAgent();
    this.agentStarts++;
  }

  async close(): Promise<void> {
    await this.#agent.stop();
    await this.edge.stop();
    await this.kv.close();
    await this.pods.close();
    await this.#double.close();
    await this.#remove();
  }
}
