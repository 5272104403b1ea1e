/**
 * workerd outlives a parent that is killed with SIGKILL, and goes on writing to the SQLite files of the state
 * folder. So everything that an edge's runtime starts bears the folder in its environment, and whoever holds the
 * folder's lock ends the bearers that it did not start itself.
 *
 * Where there is no /proc (outside Linux) nothing is found; there the runtime host's own watch on its parent has
 * to do (host.ts).
 */
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { errorCode, RuntimeError } from "../errors.ts";
import type { EdgeLog } from "../options.ts";

/** The environment variable that every process of a runtime bears; its value is the state folder's path. */
export const RUNTIME_MARK = "LINTEL_EDGE_RUNTIME_OF";

const POLL_MS = 10;
const ROUNDS = 500;

/**
 * Ends every process that bears the folder's mark, and returns when none is left.
 *
 * @throws RuntimeError when one cannot be ended
 */
export async function endOrphans(state: string, log: EdgeLog): Promise<void> {
  for (let round = 0; ; round++) {
    const pids = await bearers(state);
    if (pids.length === 0) return;
    if (round === ROUNDS) {
      throw new RuntimeError(
        `state ${state}`,
        `process ${pids.join(", ")} of an earlier edge does not end; end it`,
      );
    }
    for (const pid of pids) {
      if (round === 0) log.warn({ pid }, "ending a process that an earlier edge left behind");
      kill(pid);
    }
    await delay(POLL_MS);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    // Ended by itself in the meantime.
    if (errorCode(error) !== "ESRCH") throw error;
  }
}

async function bearers(state: string): Promise<number[]> {
  const found = await Promise.all(
    (await processIds()).map(async (pid) => ((await environmentOf(pid)).includes(state) ? pid : undefined)),
  );
  return found.filter((pid) => pid !== undefined);
}

async function processIds(): Promise<number[]> {
  try {
    const names = await readdir("/proc");
    return names.map(Number).filter((pid) => Number.isInteger(pid) && pid !== process.pid);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  }
}

/** The folders that a process bears a mark of. None for processes of other users, and for those that have ended. */
async function environmentOf(pid: number): Promise<string[]> {
  try {
    const text = await readFile(`/proc/${pid}/environ`, "utf8");
    const prefix = `${RUNTIME_MARK}=`;
    return text
      .split("\0")
      .filter((entry) => entry.startsWith(prefix))
      .map((entry) => entry.slice(prefix.length));
  } catch {
    return [];
  }
}
