import { readKeys } from "../key-files.ts";
import { createLog } from "../log.ts";
import type { AgentFlags } from "../agent.ts";
import { createManifestAgent } from "../manifest-agent.ts";
import { stoppable } from "../stoppable.ts";

export async function runAgent(flags: AgentFlags): Promise<void> {
  const agent = await createManifestAgent({
    ...flags,
    keys: await readKeys(flags.keys, ["signingKey", "publicKey", "sealingKey"]),
    kv: {
      url: flags.kvUrl,
      token: flags.apiToken,
      accountId: flags.accountId,
      namespaceId: flags.namespaceId,
    },
    log: createLog(flags.logLevel),
  });
  await stoppable(
    async (ended) => {
      await agent.start();
      await ended;
    },
    () => agent.close(),
  );
}
