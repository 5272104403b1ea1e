/** A bridge from plain DNS, over UDP and TCP, to resolvers that are asked over HTTPS. */
import { AnswerCache } from "./cache/answer-cache.ts";
import { MAX_CACHE_OCTETS } from "./limits.ts";
import { clientsIn } from "./listen/clients.ts";
import { type Listening, listen } from "./listen/listen.ts";
import type { DnsStub, StubLog, StubOptions } from "./options.ts";
import { createResolve } from "./resolve.ts";
import { createRespond } from "./respond.ts";
import { Connection } from "./upstream/connection.ts";
import { DohResolver, type HealthLog } from "./upstream/doh-resolver.ts";
import { failover } from "./upstream/failover.ts";
import { addressFinder, rememberingLookup } from "./upstream/host-lookup.ts";

export { StubError } from "./error.ts";
export type { DnsStub, ResolverOptions, SocketAddress, StubLog, StubOptions } from "./options.ts";
export { resolversOf } from "./upstream/resolver-url.ts";

/**
 * Resolves when it listens. The resolvers need not be there yet.
 *
 * @throws StubError; what had been started has been ended then
 */
export async function startDnsStub(options: StubOptions): Promise<DnsStub> {
  const { log, cacheEntries: maxEntries, staleSeconds, logNames } = options;
  const now = () => performance.now();
  const isClient = clientsIn(options.clients);
  const resolvers = resolversFor(options, now);
  const cache = new AnswerCache({
    maxEntries,
    maxOctets: MAX_CACHE_OCTETS,
    staleSeconds,
    // Monotonic clocks stand still while a machine sleeps.
    now: () => Date.now(),
  });
  const respond = createRespond({ resolve: createResolve(failover(resolvers, now), cache), logNames, log });
  const listeners: Listening[] = [];
  const closeAll = async () => {
    await Promise.all(listeners.map((listener) => listener.close()));
    await Promise.all(resolvers.map((resolver) => resolver.close()));
  };
  let closed: Promise<void> | undefined;
  const close = () => (closed ??= closeAll());
  try {
    for (const address of options.listen) listeners.push(await listen(address, { respond, isClient, log }));
  } catch (error) {
    await close();
    throw error;
  }
  return { listening: listeners.map(({ address }) => address), close };
}

function resolversFor(options: StubOptions, now: () => number): DohResolver[] {
  const { token, ca, log } = options;
  const lookup = rememberingLookup(addressFinder(options.bootstrap));
  const health = healthLog(log);
  return options.resolvers.map(
    (resolver) =>
      new DohResolver({
        host: new URL(resolver.url).host,
        connect: () => new Connection({ ...resolver, token, ca, lookup }),
        now,
        health,
      }),
  );
}

/** Hosts only: URLs may hold tokens. */
function healthLog(log: StubLog): HealthLog {
  return {
    failed: (resolver, { message, problem }) =>
      log.warn({ resolver, problem }, `the resolver fails: ${message}`),
    recovered: (resolver) => log.info({ resolver }, "the resolver answers again"),
  };
}
