/** What a stub is started with. */

/** The part of a logger that the stub uses; pino's has this shape. */
export interface StubLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** An IP address and a port. */
export interface SocketAddress {
  readonly host: string;
  readonly port: number;
}

/** One DoH resolver. */
export interface ResolverOptions {
  /** Its URL, `https:`. It may hold a token, and is never logged: its host is. */
  readonly url: string;
  /** Where to dial in place of what the URL's host resolves to. */
  readonly connect: SocketAddress | undefined;
}

export interface StubOptions {
  /** Where to listen, over UDP and TCP alike. Port 0 picks a free one. */
  readonly listen: readonly SocketAddress[];
  /** At least one; the first that works is asked. */
  readonly resolvers: readonly ResolverOptions[];
  /** Sent to all of them as a bearer token. Never logged. */
  readonly token: string | undefined;
  /** Certificates (PEM) to trust in place of the public authorities. */
  readonly ca: string | undefined;
  /** Plain DNS servers to ask for the addresses of the resolvers' hosts; none: the operating system. */
  readonly bootstrap: readonly string[];
  /** The address ranges (CIDR) of those who may ask. */
  readonly clients: readonly string[];
  /** How many answers are kept; 0: none. */
  readonly cacheEntries: number;
  /** For how many seconds an expired answer may stand in while no resolver can be had (RFC 8767). */
  readonly staleSeconds: number;
  /** Whether what clients ask for may be logged, at level debug. */
  readonly logNames: boolean;
  readonly log: StubLog;
}

export interface DnsStub {
  /** With the ports that were picked. */
  readonly listening: readonly SocketAddress[];
  /** Stops listening and ends what is under way. May be called again. */
  close(): Promise<void>;
}
