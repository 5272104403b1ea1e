/** `lintel` in the agent's image: the commands that need neither a Worker's runtime nor this repository. */
import { agentCommand } from "./agent.ts";
import { dnsCommand } from "./dns.ts";
import { doctorCommand } from "./doctor.ts";
import { historyCommand } from "./history.ts";
import { keysCommand } from "./keys.ts";
import { runProgram } from "./program.ts";
import { rollbackCommand } from "./rollback.ts";

process.exitCode = await runProgram(process.argv.slice(2), [
  agentCommand(),
  keysCommand(),
  historyCommand(),
  rollbackCommand(),
  dnsCommand(),
  doctorCommand(),
]);
