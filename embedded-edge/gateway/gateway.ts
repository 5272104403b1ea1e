/** The origin gateway: dials what the edge chose, and nothing else (contract/gateway.ts). */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { GATEWAY_HEADERS } from "../../contract/index.ts";
import { BodilessConnections } from "../http/bodiless-connections.ts";
import { discardRest } from "../http/discard.ts";
import { responseFields } from "../http/response.ts";
import { sendHead } from "../http/send-head.ts";
import { tunnel } from "../http/tunnel.ts";
import { asksForWebSocket, refuse, WEBSOCKET_FIELDS, writeHead } from "../http/upgrade.ts";
import { errorText } from "../errors.ts";
import { listen } from "../listen.ts";
import type { EdgeLog, ListenAddress } from "../options.ts";
import { admit, isOurs } from "./admission.ts";
import { allowedTargets } from "./allowed-targets.ts";
import type { UpstreamAnswer } from "./answer.ts";
import { asker } from "./ask.ts";
import { type Resolve, systemResolve } from "./candidates.ts";
import { GatewayError } from "./fault.ts";
import { DEFAULT_LIMITS, type GatewayLimits } from "./limits.ts";
import { openPools } from "./upstream.ts";
import { Waiting } from "./waiting.ts";

export interface GatewayOptions {
  readonly listen: ListenAddress;
  readonly secret: string;
  /** CIDRs that may be dialed. */
  readonly targets: readonly string[];
  readonly log: EdgeLog;
  readonly limits?: GatewayLimits;
  readonly resolve?: Resolve;
  /** In PEM: who may sign for upstreams that the edge wants verified. Those that Node trusts, if left out. */
  readonly authorities?: string;
}

export interface Gateway {
  readonly address: ListenAddress;
  /** Ends at once: the edge in front has let its requests finish. */
  close(): Promise<void>;
}

/** Larger than the listener's limit, for what the Worker adds. */
const MAX_REQUEST_HEAD = 128 * 1024;

/** @throws ListenError | OptionError */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { log, secret, limits = DEFAULT_LIMITS, resolve = systemResolve } = options;
  const kept = {
    pools: openPools(limits),
    bodiless: new BodilessConnections({ keepAliveMs: limits.keepAliveMs, resets: false }),
  };
  const tunnels = new Set<Duplex>();

  const ask = asker(allowedTargets(options.targets), resolve, kept, limits, options.authorities);

  const fault = (error: unknown, request: IncomingMessage): GatewayError => {
    const known =
      error instanceof GatewayError ? error : new GatewayError("reset", errorText(error), { cause: error });
    const upstream = request.headers[GATEWAY_HEADERS.upstream];
    log.debug({ fault: known.fault, upstream, error: known.message }, "the gateway answers itself");
    return known;
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const waiting = new Waiting();
    response.once("close", () => response.writableFinished || waiting.giveUp());
    response.once("finish", () => discardRest(request));
    try {
      const admitted = admit(request, secret);
      const body = admitted.framing === "none" ? undefined : request;
      const answer = await ask(admitted, waiting, { body });
      if (answer.kind === "upgrade") {
        answer.socket.destroy();
        throw new GatewayError("reset", "the upstream changed to a protocol that nobody asked for");
      }
      relay(answer.response, response);
    } catch (error) {
      if (response.headersSent || response.destroyed) {
        response.destroy();
        return;
      }
      const { status, fields, body } = fault(error, request);
      response.writeHead(status, fields);
      response.end(body);
    }
  };

  const serveUpgrade = async (request: IncomingMessage, client: Duplex, head: Buffer): Promise<void> => {
    const waiting = new Waiting();
    let answered = false;
    tunnels.add(client);
    client.on("error", () => client.destroy());
    client.once("close", () => {
      tunnels.delete(client);
      waiting.giveUp();
    });
    try {
      const admitted = admit(request, secret);
      const answer = await ask(admitted, waiting, { upgrade: WEBSOCKET_FIELDS });
      const { statusCode, statusMessage, rawHeaders } = answer.response;
      const passed = responseFields(statusCode, rawHeaders, isOurs);
      answered = true;
      if (answer.kind === "upgrade") {
        writeHead(client, statusCode, statusMessage, [...passed, ...WEBSOCKET_FIELDS]);
        tunnel(client, answer.socket, { fromA: head, fromB: answer.head });
        return;
      }
      writeHead(client, statusCode, statusMessage, [...passed, "Connection", "close"]);
      answer.response.passTo(client, () => undefined);
    } catch (error) {
      if (answered || client.destroyed) {
        client.destroy();
        return;
      }
      const { status, fields, body } = fault(error, request);
      refuse(client, status, fields, body);
    }
  };

  const server = createServer(
    {
      maxHeaderSize: MAX_REQUEST_HEAD,
      // Uploads take as long as they take; the upstream's turn is timed in upstream.ts.
      requestTimeout: 0,
      headersTimeout: 60_000,
      keepAliveTimeout: 60_000,
      shouldUpgradeCallback: asksForWebSocket,
    },
    (request, response) => void serve(request, response),
  );
  server.maxHeadersCount = 0;
  server.on("upgrade", (request, socket, head) => void serveUpgrade(request, socket, head));
  const address = await listen(server, "gateway", options.listen);

  return {
    address,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const client of tunnels) client.destroy();
      server.closeAllConnections();
      kept.pools.http.destroy();
      kept.pools.https.destroy();
      kept.bodiless.close();
      await closed;
    },
  };
}

function relay(answer: UpstreamAnswer, to: ServerResponse): void {
  const { statusCode, statusMessage, rawHeaders } = answer;
  to.writeHead(statusCode, statusMessage, responseFields(statusCode, rawHeaders, isOurs));
  answer.passTo(to, () => sendHead(to));
}
