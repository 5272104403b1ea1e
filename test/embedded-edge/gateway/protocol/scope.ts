/** A gateway under test, and what a test of it needs: peers to dial, and requests as the edge sends them. */
import { type Agent, type ClientRequest, request as httpRequest } from "node:http";
import { afterAll, afterEach, beforeAll } from "vitest";
import { GATEWAY_FAULT_HEADER, GATEWAY_HEADERS } from "../../../../contract/index.ts";
import { type Asked, ask, type Peer, type Received } from "../../support/http.ts";

export interface GatewaySettings {
  /** CIDRs that may be dialed. */
  readonly targets: readonly string[];
  /** The defaults hold where they are left out. */
  readonly limits?: { readonly connectMs: number; readonly idleMs: number };
  /** In PEM: who may sign for upstreams that must verify. */
  readonly authorities?: string;
  /** The addresses of names; other names do not exist. */
  readonly names?: Readonly<Record<string, readonly string[]>>;
}

export interface GatewayUnderTest {
  readonly port: number;
  readonly secret: string;
  close(): Promise<void>;
}

export type StartGateway = (settings: GatewaySettings) => Promise<GatewayUnderTest>;

export interface Scope {
  /** The gateway's. */
  readonly port: () => number;
  /** Closes a peer after the test. */
  readonly using: <S>(starting: Promise<Peer<S>>) => Promise<Peer<S>>;
  /** What the edge says of a request to an upstream. */
  readonly headersFor: (upstream: string) => Record<string, string>;
  /** Asks a port of 127.0.0.1 through the gateway. */
  readonly through: (port: number, asked?: Asked) => Promise<Received>;
  /** The same for an upstream of any form. */
  readonly throughTo: (upstream: string, asked?: Asked) => Promise<Received>;
  /** A request to a port of 127.0.0.1 that is still to be sent. */
  readonly openThrough: (
    port: number,
    method: string,
    headers?: Record<string, string>,
    options?: { readonly maxHeaderSize?: number; readonly agent?: Agent },
  ) => ClientRequest;
}

/** HAProxy's configuration is rendered by helm, which is unpacked before its first run. */
const START_MS = 60_000;

/** To be called within a `describe`, which gets a gateway of its own. */
export function gatewayScope(
  start: StartGateway,
  settings: GatewaySettings | (() => Promise<GatewaySettings>),
): Scope {
  let gateway: GatewayUnderTest | undefined;
  const peers: Peer<unknown>[] = [];
  beforeAll(async () => {
    gateway = await start(typeof settings === "function" ? await settings() : settings);
  }, START_MS);
  afterAll(() => gateway?.close());
  afterEach(async () => {
    await Promise.all(peers.splice(0).map((peer) => peer.close()));
  });

  const running = (): GatewayUnderTest => {
    if (gateway === undefined) throw new Error("the gateway has not started");
    return gateway;
  };
  const headersFor = (upstream: string) => ({
    [GATEWAY_HEADERS.upstream]: upstream,
    [GATEWAY_HEADERS.host]: "shop.example",
    [GATEWAY_HEADERS.secret]: running().secret,
  });
  const throughTo = (upstream: string, asked: Asked = {}) =>
    ask(running().port, { ...asked, headers: { ...headersFor(upstream), ...asked.headers } });
  return {
    port: () => running().port,
    headersFor,
    throughTo,
    through: (port, asked) => throughTo(`http://127.0.0.1:${port}`, asked),
    using: async (starting) => {
      const peer = await starting;
      peers.push(peer);
      return peer;
    },
    openThrough: (port, method, headers = {}, options = {}) =>
      httpRequest({
        host: "127.0.0.1",
        port: running().port,
        method,
        headers: { ...headersFor(`http://127.0.0.1:${port}`), ...headers },
        agent: false,
        ...options,
      }),
  };
}

/** Status and fault of an answer. */
export async function faultOf(asked: Promise<Received>): Promise<[number, string | undefined]> {
  const { status, headers } = await asked;
  const fault = headers[GATEWAY_FAULT_HEADER];
  return [status, typeof fault === "string" ? fault : undefined];
}
