/** The edge on one's own machines: the Worker on workerd, and around it what Cloudflare would be. */
import { headKey, loadSealer, loadVerifier } from "../contract/index.ts";
import { openCertificates } from "./certificates/certificates.ts";
import { localLeaves } from "./certificates/leaves.ts";
import { openLocalAuthority } from "./certificates/local-ca.ts";
import { errorText } from "./errors.ts";
import { startGateway } from "./gateway/gateway.ts";
import { startKvApi } from "./kv-api/server.ts";
import { rememberRoot } from "./kv-store/recent-root.ts";
import { relayHead } from "./head-relay.ts";
import { hostAndPort } from "./listen.ts";
import { createAccessLog } from "./listener/access-log.ts";
import { type Listener, startHttpListener, startHttpsListener } from "./listener/listener.ts";
import { workerUpstream } from "./listener/worker-upstream.ts";
import type { EdgeOptions, EmbeddedEdge } from "./options.ts";
import { retried } from "./retried.ts";
import { startRuntime } from "./runtime/runtime.ts";
import { drawSecret } from "./secrets.ts";
import { openStateFolder } from "./state-folder.ts";

export * from "./errors.ts";
export type { EdgeLog, EdgeOptions, EmbeddedEdge, ListenAddress } from "./options.ts";

/** How long requests under way may go on once the edge is told to close. */
const GRACE_MS = 10_000;

/** What has been started, ended in the reverse order. */
type Ending = () => void | Promise<void>;

/**
 * Starts an edge, and resolves when it serves.
 *
 * Handles no signals: that is the caller's, who calls close() on them. Processes that it starts end with it, even
 * when it is killed.
 *
 * @throws EdgeError, in one of its forms; what had been started has been ended then
 * @throws ContractError for keys that are not keys
 */
export async function startEdge(options: EdgeOptions): Promise<EmbeddedEdge> {
  const endings: Ending[] = [];
  try {
    return await compose(options, endings);
  } catch (error) {
    await endAll(endings, options);
    throw error;
  }
}

async function compose(options: EdgeOptions, endings: Ending[]): Promise<EmbeddedEdge> {
  const { cluster, log, gatewaySecret } = options;
  const verifier = await loadVerifier(options.publicKey);
  const sealer = await loadSealer(options.sealingKey);

  const state = await openStateFolder(options.state);
  endings.push(() => state.release());

  const gateway = await startGateway({
    listen: { host: "127.0.0.1", port: 0 },
    secret: gatewaySecret,
    targets: options.targets,
    log,
  });
  endings.push(() => gateway.close());

  const clientSecret = drawSecret();
  const runtime = await startRuntime({
    state: state.path,
    bundle: options.bundle,
    gateway: hostAndPort(gateway.address),
    variables: {
      LINTEL_CLUSTERS: cluster,
      LINTEL_PUBLIC_KEY: options.publicKey,
      LINTEL_SYSTEM_HOST: options.systemHost,
      LINTEL_DNS_ACCESS: options.dnsAccess,
      ...(options.dnsToken === undefined ? {} : { LINTEL_DNS_TOKEN: options.dnsToken }),
      ...(options.zone === undefined ? {} : { LINTEL_ZONE: options.zone }),
      ...(options.accessLog === undefined ? {} : { LINTEL_ACCESS_LOG: options.accessLog }),
      ...(options.traceSampling === undefined ? {} : { LINTEL_TRACE_SAMPLING: options.traceSampling }),
      LINTEL_GATEWAY_SECRET: gatewaySecret,
      LINTEL_CLIENT_SECRET: clientSecret,
    },
    log,
  });
  endings.push(() => runtime.close());

  const authority = await openLocalAuthority(state.path, Date.now(), log);
  const { store, read } = rememberRoot(runtime.store, cluster);
  const certificates = openCertificates({
    cluster,
    read,
    verifier,
    sealer,
    leaves: localLeaves(authority, Date.now),
    systemHost: options.systemHost,
    log,
  });
  endings.push(() => certificates.close());

  const workerPort = () => runtime.workerPort();
  const relay = retried(
    () => relayHead({ cluster, systemHost: options.systemHost, read, workerPort, clientSecret }),
    (error, retryMs) =>
      log.warn({ error: errorText(error), retryMs }, "the head was not handed to the Worker"),
  );
  endings.push(() => relay.close());
  // What was published before this start, or by an agent that was cut off.
  await Promise.all([certificates.refresh(), relay.run()]);

  const head = headKey(cluster);
  const { token, accountId, namespaceId } = options.api;
  const api = await startKvApi(options.api, {
    store,
    token,
    accountId,
    namespaceId,
    // Whoever publishes hears of it once it is served.
    onWritten: async (keys) => {
      if (keys.includes(head)) await Promise.all([certificates.refresh(), relay.run()]);
    },
    now: Date.now,
    log,
  });
  endings.push(() => api.close(GRACE_MS));

  const upstream = workerUpstream(workerPort);
  endings.push(() => upstream.close());
  const access = options.onAccess && createAccessLog(options.onAccess);
  endings.push(() => access?.flush());
  const listeners: Listener[] = [];
  endings.push(async () => {
    await Promise.all(listeners.map((listener) => listener.close(GRACE_MS)));
  });
  const parts = { upstream, clientSecret, log, access };
  const https =
    options.https && (await startHttpsListener({ address: options.https, ...parts }, certificates));
  if (https) listeners.push(https);
  const httpsPort = https?.address.port;
  const http = options.http && (await startHttpListener({ address: options.http, ...parts, httpsPort }));
  if (http) listeners.push(http);

  let closing: Promise<void> | undefined;
  return {
    http: http?.address,
    https: https?.address,
    api: api.address,
    caFile: authority.file,
    close: () => (closing ??= endAll(endings, options)),
  };
}

/** Ends everything, whatever fails on the way. */
async function endAll(endings: Ending[], { log }: EdgeOptions): Promise<void> {
  for (const end of endings.toReversed()) {
    try {
      await end();
    } catch (error) {
      log.error({ error: errorText(error) }, "something did not end cleanly");
    }
  }
}
