import { readFile } from "node:fs/promises";
import { type ResolverOptions, resolversOf, startDnsStub, StubError } from "../../dns-stub/index.ts";
import type { DnsFlags } from "../dns.ts";
import { UsageError } from "../exit.ts";
import { authority } from "../greeting.ts";
import { createLog } from "../log.ts";
import { stoppable } from "../stoppable.ts";

export async function runDns(flags: DnsFlags): Promise<void> {
  const { listen, token, bootstrap, clients, cache, stale, logLevel } = flags;
  const stub = await startDnsStub({
    listen,
    resolvers: resolvers(flags),
    token,
    ca: flags.ca === undefined ? undefined : await readCertificates(flags.ca),
    bootstrap,
    clients,
    cacheEntries: cache,
    staleSeconds: stale,
    logNames: flags.logNames === true,
    log: createLog(logLevel),
  });
  await stoppable(
    async (ended) => {
      process.stdout.write(
        stub.listening.map((address) => `DNS  ${authority(address)} (UDP and TCP)\n`).join(""),
      );
      await ended;
    },
    () => stub.close(),
  );
}

/** @throws UsageError: what is wrong with several flags together, or with one that must not be shown. */
function resolvers({ doh, connect }: DnsFlags): ResolverOptions[] {
  try {
    return resolversOf(doh, connect);
  } catch (error) {
    if (error instanceof StubError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

/** @throws UsageError */
async function readCertificates(path: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new UsageError(`--ca ${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
  if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
  throw new UsageError(`--ca ${path} has no certificate in PEM form`);
}
