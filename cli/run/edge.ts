import { startEdge } from "../../embedded-edge/index.ts";
import { accessLogOf } from "../access-log.ts";
import { workerBundle } from "../bundle.ts";
import { requireToken } from "../dns-access.ts";
import type { EdgeFlags } from "../edge.ts";
import { authority } from "../greeting.ts";
import { readKeys } from "../key-files.ts";
import { createLog } from "../log.ts";
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
    ...accessLogOf(flags),
    log: createLog(flags.logLevel),
  });
  await stoppable(
    async (ended) => {
      process.stdout.write(
        [
          `HTTP    http://${authority(edge.http ?? flags.http)}`,
          `HTTPS   https://${authority(edge.https ?? flags.https)}  (trust ${edge.caFile} for hosts without a certificate of their own)`,
          `KV API  ${edge.api.url}`,
          "",
        ].join("\n"),
      );
      await ended;
    },
    () => edge.close(),
  );
}
