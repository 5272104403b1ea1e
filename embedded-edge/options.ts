/** What an embedded edge is started with. */
import type { DnsAccess } from "../contract/index.ts";

/** The part of a logger that the edge uses; pino's has this shape. */
export interface EdgeLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Where to listen. Port 0 picks a free one. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export interface EdgeOptions {
  /** The cluster whose snapshot is served; its name begins every KV key. */
  readonly cluster: string;
  /** The folder of everything that outlives the process. Created with mode 0700; one edge at a time may use it. */
  readonly state: string;
  readonly http: ListenAddress | undefined;
  readonly https: ListenAddress | undefined;
  /** The KV API in Cloudflare's form, and what its callers must present. */
  readonly api: ListenAddress & {
    readonly token: string;
    readonly accountId: string;
    readonly namespaceId: string;
  };
  /** The hostname of the edge's own endpoints. */
  readonly systemHost: string;
  readonly dnsAccess: DnsAccess;
  readonly dnsToken: string | undefined;
  /** Verifies roots: 32 bytes in base64. */
  readonly publicKey: string;
  /** Opens the private keys of certificates: 32 bytes in base64. */
  readonly sealingKey: string;
  /** What the Worker proves itself with to the origin gateway. */
  readonly gatewaySecret: string;
  /** The address ranges (CIDR) that the gateway may dial. */
  readonly targets: readonly string[];
  /** The topology zone that it stands in, as nodes' label `topology.kubernetes.io/zone` has it. */
  readonly zone?: string | undefined;
  /** What the access log has: `off`, `on`, or a share of all requests. Off unless it is given. */
  readonly accessLog?: string | undefined;
  /** Takes the access log: lines of JSON, each with its line feed, some at a time. */
  readonly onAccess?: ((lines: string) => void) | undefined;
  /** The share of the traces that begin here which are marked as sampled. */
  readonly traceSampling?: string | undefined;
  /** Path of the bundled Worker, an ES module. */
  readonly bundle: string;
  readonly log: EdgeLog;
}

export interface EmbeddedEdge {
  readonly http: ListenAddress | undefined;
  readonly https: ListenAddress | undefined;
  /** `url` ends in `/client/v4`: the `baseURL` of Cloudflare's SDK. */
  readonly api: ListenAddress & { readonly url: string };
  /** The certificate (PEM) of the authority that signs for names without a certificate of their own. */
  readonly caFile: string;
  /** Lets running requests finish for a bounded time, then ends everything. May be called again. */
  close(): Promise<void>;
}
