/** The endpoints behind one port of a Service, taken in turn. */
import { addressFamily, type Backend, type ServiceRecord } from "../../contract/index.ts";

/** `http://10.244.3.7:8080`: what the gateway is told to dial. */
export type Upstream = string;

export class Pool {
  readonly #upstreams: readonly Upstream[];
  #next: number;

  constructor(upstreams: readonly Upstream[], random: () => number) {
    this.#upstreams = upstreams;
    // Isolates begin at different places, so that many idle ones do not all send to the first endpoint.
    this.#next = Math.floor(random() * upstreams.length);
  }

  get size(): number {
    return this.#upstreams.length;
  }

  /** The next upstream in turn that is not excluded; `undefined` when none is left. */
  take(excluded: ReadonlySet<Upstream>): Upstream | undefined {
    for (let i = 0; i < this.#upstreams.length; i++) {
      const upstream = this.#upstreams[this.#next % this.#upstreams.length];
      this.#next = (this.#next + 1) % this.#upstreams.length;
      if (upstream !== undefined && !excluded.has(upstream)) return upstream;
    }
    return undefined;
  }
}

const NO_ENDPOINTS = new Pool([], () => 0);

/** Pools by Service record: a record that changes starts anew, one that is gone takes its pools along. */
export class Pools {
  readonly #byRecord = new WeakMap<ServiceRecord, Map<number, Pool>>();
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  of(service: ServiceRecord | undefined, port: number): Pool {
    if (service === undefined) return NO_ENDPOINTS;
    let byPort = this.#byRecord.get(service);
    if (byPort === undefined) {
      byPort = new Map();
      this.#byRecord.set(service, byPort);
    }
    let pool = byPort.get(port);
    if (pool === undefined) {
      pool = new Pool(upstreamsOf(service, port), this.#random);
      byPort.set(port, pool);
    }
    return pool;
  }
}

/** One backend of a route by chance in proportion to the weights (Gateway API `backendRefs.weight`). */
export function chooseBackend(backends: readonly Backend[], random: () => number): Backend | undefined {
  if (backends.length === 1) return backends[0];
  const total = backends.reduce((sum, backend) => sum + backend.weight, 0);
  let mark = random() * total;
  return backends.find((backend) => (mark -= backend.weight) < 0);
}

/**
 * Ready endpoints of a Service's port (by number); an ExternalName is its own single endpoint. Of a dual-stack
 * Service one family is used, its primary one where that has any, so that a pod counts once.
 */
export function upstreamsOf(service: ServiceRecord, port: number): Upstream[] {
  if (service.kind === "externalName") return [`http://${service.externalName}:${port}`];
  const wanted = service.ports.find((candidate) => candidate.port === port && candidate.protocol === "TCP");
  if (wanted === undefined) return [];
  const ready = service.subsets.flatMap(({ ports, endpoints }) => {
    const target = ports.find(({ name, protocol }) => name === wanted.name && protocol === "TCP");
    if (target === undefined) return [];
    return endpoints
      .filter((endpoint) => endpoint.ready)
      .map(({ address }) => ({ address, port: target.port }));
  });
  const primary = service.kind === "clusterIP" ? service.clusterIPs[0] : undefined;
  const family = addressFamily(primary ?? "0.0.0.0");
  const preferred = ready.filter(({ address }) => addressFamily(address) === family);
  return (preferred.length > 0 ? preferred : ready).map(upstream);
}

function upstream({ address, port }: { address: string; port: number }): Upstream {
  return addressFamily(address) === 6 ? `http://[${address}]:${port}` : `http://${address}:${port}`;
}
