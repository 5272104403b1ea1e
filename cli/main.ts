import { agentCommand } from "./agent.ts";
import { checkCommand } from "./check.ts";
import { dnsCommand } from "./dns.ts";
import { doctorCommand } from "./doctor.ts";
import { edgeCommand } from "./edge.ts";
import { explainCommand } from "./explain-request.ts";
import { historyCommand } from "./history.ts";
import { keysCommand } from "./keys.ts";
import { runProgram } from "./program.ts";
import { purgeCommand } from "./purge.ts";
import { rollbackCommand } from "./rollback.ts";
import { statusCommand } from "./status.ts";
import { tokenCommand } from "./token.ts";
import { topCommand } from "./top.ts";
import { upCommand } from "./up.ts";
import { zoneCommand } from "./zone.ts";

/** `lintel`, with all of its commands. Gives the exit code. */
export function main(args: readonly string[]): Promise<number> {
  return runProgram(args, [
    upCommand(),
    edgeCommand(),
    agentCommand(),
    keysCommand(),
    tokenCommand(),
    checkCommand(),
    explainCommand(),
    statusCommand(),
    topCommand(),
    historyCommand(),
    rollbackCommand(),
    purgeCommand(),
    dnsCommand(),
    doctorCommand(),
    zoneCommand(),
  ]);
}
