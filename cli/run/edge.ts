import { startEdge } from "../../embedded-edge/index.ts";
import { workerBundle } from "../bundle.ts";
import { requireToken } from "../dns-access.ts";
import type { EdgeFlags } from "../edge.ts";
import { readKeys } from "../key-files.ts";
import { createLog } from "../log.ts";
import type { Listen } from "../options.ts";
import { stoppable } from "../stoppable.ts";

export async function runEdge(flags: EdgeFlags): Promise<void> {
  requireToken(flags);
  const keys = await readKeys(flags.keys, ["publicKey", "sealingKey", "gatewaySecret"]);
  const edge = await startEdge({
    ...flags,
    ...keys,
    dnsToken: flags.dnsToken,
    api: {
      ...flags.api,
      token: flags.apiToken,
      accountId: flags.accountId,
      namespaceId: flags.namespaceId,
    },
    bundle: await workerBundle(),
    log: createLog(flags.logLevel),
  });
  await stoppable(
    async (ended) => {
      process.stdout.write(
        [
          `HTTP    ${urlOf("http", edge.http)}`,
          `HTTPS   ${urlOf("https", edge.https)}  (trust ${edge.caFile} for hosts without a certificate of their own)`,
          `KV API  ${edge.api.url}`,
          "",
        ].join("\n"),
      );
      await ended;
    },
    () => edge.close(),
  );
}

function urlOf(scheme: "http" | "https", listening: Listen | undefined): string {
  if (listening === undefined) return "off";
  const host = listening.host.includes(":") ? `[${listening.host}]` : listening.host;
  return `${scheme}://${host}:${listening.port}`;
}
