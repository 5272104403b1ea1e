/** Credentials and connections to one API server, renewed when they change. */
import type { AgentOptions, RequestOptions } from "node:https";
import { isDeepStrictEqual } from "node:util";
import { type DispatcherOptions, HttpMethod, type KubeConfig, RequestContext } from "@kubernetes/client-node";
import { Agent, type buildConnector, type Dispatcher, ProxyAgent } from "undici";
import type { LoadedConfig } from "./load-config.ts";

/** What one request is sent with. */
export interface Authentication {
  /** Without a slash at the end. */
  readonly server: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly dispatcher: Dispatcher;
  /** Which reading of the configuration they come from. */
  readonly epoch: number;
}

export interface Session {
  /** The credentials at present. Rejects when a file, an exec plugin or an identity provider does not give them. */
  authenticate(): Promise<Authentication>;
  /**
   * The server refused these credentials: everything is read afresh. Resolves with what is there now, and with
   * `undefined` when it is the same, so that another attempt makes no sense.
   */
  renew(refused: Authentication): Promise<Authentication | undefined>;
  /** Gives up an attempt at credentials that hangs, for the next one to begin anew. */
  abandon(): void;
  /** Ends all connections. */
  close(): Promise<void>;
}

interface Transport {
  readonly options: DispatcherOptions;
  readonly dispatcher: Dispatcher;
}

export function createSession(load: () => Promise<LoadedConfig>): Session {
  let loading: Promise<LoadedConfig> | undefined;
  // Counts the loads: what was refused may have been replaced for another request already.
  let epoch = 0;
  let transport: Transport | undefined;
  const retired = new Set<Dispatcher>();
  let underWay: Promise<Authentication> | undefined;

  async function fresh(): Promise<Authentication> {
    loading ??= load();
    const present = epoch;
    const { config, cluster } = await loading;
    const applied: RequestOptions = {};
    await config.applyToHTTPSOptions(applied);
    // It takes the TLS settings alone, which both types have.
    const options = config.createDispatcherOptions(cluster, applied as AgentOptions);
    // Connections are kept while the TLS settings are the same.
    if (!isDeepStrictEqual(transport?.options, options)) {
      const dispatcher = await createDispatcher(options, config, cluster.server);
      retire(transport?.dispatcher);
      transport = { options, dispatcher };
    }
    const { dispatcher } = transport as Transport;
    return {
      server: cluster.server,
      headers: headersOf(applied, cluster.server),
      dispatcher,
      epoch: present,
    };
  }

  /** Its requests go on to their end. */
  function retire(dispatcher: Dispatcher | undefined): void {
    if (dispatcher === undefined) return;
    retired.add(dispatcher);
    dispatcher.close(() => retired.delete(dispatcher));
  }

  /** One at a time, for all who ask meanwhile: it may start a plugin. */
  async function authenticate(): Promise<Authentication> {
    underWay ??= fresh();
    const mine = underWay;
    try {
      return await mine;
    } catch (error) {
      if (underWay === mine) loading = undefined;
      throw error;
    } finally {
      if (underWay === mine) underWay = undefined;
    }
  }

  return {
    authenticate,
    async renew(refused) {
      if (refused.epoch === epoch) {
        epoch += 1;
        loading = undefined;
        underWay = undefined;
      }
      const renewed = await authenticate();
      const { server, headers, dispatcher } = renewed;
      const same = server === refused.server && dispatcher === refused.dispatcher;
      return same && isDeepStrictEqual(headers, refused.headers) ? undefined : renewed;
    },
    abandon() {
      loading = undefined;
      underWay = undefined;
    },
    async close() {
      const open = transport === undefined ? [...retired] : [...retired, transport.dispatcher];
      await Promise.all(open.map((dispatcher) => dispatcher.destroy()));
    },
  };
}

/**
 * HTTP/1.1 only: with HTTP/2 all requests share one connection, and a dead one is not left when a request on it is
 * given up. Deadlines are the client's.
 */
const POOL = { allowH2: false, headersTimeout: 0, bodyTimeout: 0 };

/** The same options, in whose types undici does not let a property be `undefined`. */
type Connect = buildConnector.BuildOptions;

async function createDispatcher(
  options: DispatcherOptions,
  config: KubeConfig,
  server: string,
): Promise<Dispatcher> {
  switch (options.type) {
    case "none":
      return new Agent(POOL);
    case "agent":
      return new Agent({ ...POOL, connect: options.connect as Connect });
    case "proxy":
      return new ProxyAgent({
        ...POOL,
        uri: options.uri,
        requestTls: options.requestTls as Connect,
        connect: options.connect as Connect,
      });
    case "socks": {
      // The library alone can make this one; it speaks HTTP/1.1.
      const context = new RequestContext(server, HttpMethod.GET);
      await config.applySecurityAuthentication(context);
      return context.getDispatcher() ?? new Agent(POOL);
    }
  }
}

function headersOf({ headers, auth }: RequestOptions, server: string): Record<string, string> {
  const { protocol, hostname } = new URL(server);
  // As kubectl does; a proxy on this machine (`kubectl proxy`) is no way to lose them.
  if (protocol === "http:" && !isLoopback(hostname)) return {};
  const basic = auth ? { authorization: `Basic ${Buffer.from(auth).toString("base64")}` } : {};
  // Token files often end in a line feed.
  const entries = Object.entries(headers ?? {}).map(([name, value]) => [
    name.toLowerCase(),
    String(value).trim(),
  ]);
  return { ...basic, ...(Object.fromEntries(entries) as Record<string, string>) };
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d+){3}$/.test(hostname);
}
