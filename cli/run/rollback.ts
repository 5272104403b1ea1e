import { loadSigner, loadVerifier } from "../../contract/index.ts";
import { releaseHold, rollBack, RollbackError, type RolledBack } from "../../sync-agent/publish/rollback.ts";
import { CommandError } from "../exit.ts";
import { readKeys } from "../key-files.ts";
import { kvOf, namingFlags } from "../kv-access.ts";
import { createLog } from "../log.ts";
import type { RollbackFlags } from "../rollback.ts";

/** Rolls back or releases, and says on stdout what came of it. @throws CommandError naming the flag and the remedy. */
export async function runRollback(flags: RollbackFlags): Promise<void> {
  const { cluster, to, reason, headUrl } = flags;
  const keys = await readKeys(flags.keys, ["signingKey", "publicKey"]);
  const options = {
    cluster,
    headUrl,
    kv: kvOf(flags),
    signer: await loadSigner(keys.signingKey),
    verifier: await loadVerifier(keys.publicKey),
    log: createLog(flags.logLevel),
    now: () => Date.now(),
  };
  const lines = await namingRefusals(flags, async () => {
    if (to === undefined) return released(cluster, await releaseHold(options));
    return rolledBack(cluster, to, await rollBack(options, { generation: to, reason }));
  });
  process.stdout.write(`${lines.join("\n")}\n`);
}

async function namingRefusals<T>(flags: RollbackFlags, run: () => Promise<T>): Promise<T> {
  try {
    return await namingFlags(flags, run);
  } catch (error) {
    if (!(error instanceof RollbackError)) throw error;
    const flag = flags.to === undefined ? "--release" : `--to ${flags.to}`;
    throw new CommandError(`${flag}: ${error.message}`, { cause: error });
  }
}

function rolledBack(cluster: string, to: number, { generation, confirmed }: RolledBack): string[] {
  return [
    `Cluster ${cluster} is rolled back to generation ${to}, which is published as generation ${generation}.`,
    "Agents publish nothing until `lintel rollback --release`.",
    ...unconfirmed(confirmed),
  ];
}

function released(cluster: string, outcome: RolledBack | undefined): string[] {
  if (outcome === undefined) return [`Cluster ${cluster} is not held: nothing was changed.`];
  return [
    `Cluster ${cluster} is released with generation ${outcome.generation}.`,
    "Agents publish their newest state at their next look, within 10 seconds.",
    ...unconfirmed(outcome.confirmed),
  ];
}

function unconfirmed(confirmed: boolean): string[] {
  if (confirmed) return [];
  return ["KV does not show it yet, which may take a minute: make sure of it with `lintel history`."];
}
