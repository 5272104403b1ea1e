/**
 * The compiler: cluster state in; records of a snapshot, served Ingresses and warnings out. Pure, and whatever order
 * the objects come in, the records encode to the same bytes.
 *
 * Whoever compiles the same cluster again hands in the memory of the time before: then only what has changed is
 * compiled, with the same result (docs/adr/0010-incremental-compile.md).
 */
import type { Records, Sealer, Settings } from "../../contract/index.ts";
import type { CertificateMode, DesiredCertificate } from "../certificates/desired.ts";
import type { ClusterState, LoadBalancerAddress } from "../cluster/state.ts";
import type { Warning } from "../warning.ts";
import type { ServedClasses } from "./class-selection.ts";
import type { DnsMemory, DnsOptions } from "./dns.ts";
import { type CompileWork, Compiler } from "./incremental/compiler.ts";
import type { LastGood } from "./last-good.ts";
import type { PublishedHosts } from "./published-form.ts";

export interface CompileOptions extends ServedClasses, DnsOptions {
  /** The edge's own hostname; no Ingress can claim it. */
  readonly systemHost: string | undefined;
  /** `namespace/name` of the Secret that says who may ask the resolver. */
  readonly dnsAccessSecret?: string | undefined;
  /** Zones of the company under which Ingresses and Services publish names. */
  readonly externalZones?: readonly string[] | undefined;
  /** Where Ingresses are reached whose status says nothing. */
  readonly statusAddresses?: readonly LoadBalancerAddress[] | undefined;
  /** `namespace/name` of ingress-nginx's own ConfigMap, whose settings hold for adopted classes. */
  readonly controllerConfig?: string | undefined;
  /** Milliseconds since 1970; decides only which warnings certificates get for their expiry. */
  readonly now: number;
  /** What the compile before said of the same cluster; nothing at the first. */
  readonly lastGood?: LastGood | undefined;
  /** For what `lastGood` has not. To be read only where a compile without it is `lacking` something. */
  readonly published?: PublishedHosts | undefined;
  /** Seals private keys, with the server name's record key as the purpose. */
  readonly sealer: Sealer;
  /** Where certificates go: `sealed`, into the snapshot, unless given. */
  readonly certificates?: CertificateMode | undefined;
}

export interface Compiled {
  readonly records: Records;
  readonly settings: Settings;
  /** In a stable order. */
  readonly warnings: readonly Warning[];
  /** `namespace/name` of the Ingresses that are ours to serve, sorted: those whose status we write. */
  readonly served: readonly string[];
  /** What the certificate store is to see to; empty in mode `sealed`. Holds private keys: never to be logged. */
  readonly certificates: readonly DesiredCertificate[];
  /** For the next compile. */
  readonly lastGood: LastGood;
  /** `namespace/name` of the Ingresses that are refused here, and for which `published` may hold better; sorted. */
  readonly lacking: readonly string[];
  /** For the next compile. */
  readonly dnsMemory: DnsMemory;
  /** Whether the resolver's configuration is refused, and `publishedDns` may hold better. */
  readonly lacksDns: boolean;
  /** What had to be compiled for it. */
  readonly work: CompileWork;
}

/** What a compile leaves for the next one of the same cluster. */
export class CompileMemory {
  #compiler: Compiler | undefined;

  /** Nothing is left of it until it is given back: what fails half way must not be built upon. */
  take(options: CompileOptions): Compiler {
    const compiler = this.#compiler;
    this.#compiler = undefined;
    return compiler?.isFor(options) === true ? compiler : new Compiler(options);
  }

  giveBack(compiler: Compiler): void {
    this.#compiler = compiler;
  }
}

/**
 * Never rejects for what a user wrote: an object that cannot be served is left out, with a warning.
 *
 * @param memory of the compile before; without one everything is compiled.
 */
export async function compile(
  state: ClusterState,
  options: CompileOptions,
  memory: CompileMemory = new CompileMemory(),
): Promise<Compiled> {
  const compiler = memory.take(options);
  const compiled = await compiler.compile(state, options);
  memory.giveBack(compiler);
  return compiled;
}
