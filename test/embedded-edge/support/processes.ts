import { readdir, readFile, readlink } from "node:fs/promises";
import { RUNTIME_MARK } from "../../../embedded-edge/runtime/orphans.ts";

export interface Process {
  readonly pid: number;
  readonly command: string;
  readonly session: number;
}

/** The processes that an edge's runtime started for a state folder, oldest first. */
export async function runtimeProcesses(state: string): Promise<Process[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found: Process[] = [];
  for (const pid of pids.toSorted((a, b) => a - b)) {
    const process = await processOf(pid, state);
    if (process !== undefined) found.push(process);
  }
  return found;
}

/** The TCP ports on 127.0.0.1 that they listen on. */
export async function listeningPorts(state: string): Promise<number[]> {
  const inodes = new Set<string>();
  for (const { pid } of await runtimeProcesses(state)) {
    for (const fd of await readdir(`/proc/${pid}/fd`)) {
      const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => "");
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
      if (inode !== undefined) inodes.add(inode);
    }
  }
  const lines = (await readFile("/proc/net/tcp", "utf8")).trim().split("\n").slice(1);
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[3] === "0A" && inodes.has(columns[9] ?? ""))
    .map((columns) => Number.parseInt(columns[1]?.split(":")[1] ?? "", 16));
}

async function processOf(pid: number, state: string): Promise<Process | undefined> {
  try {
    const environment = (await readFile(`/proc/${pid}/environ`, "utf8")).split("\0");
    if (!environment.includes(`${RUNTIME_MARK}=${state}`)) return undefined;
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // After the command in parentheses: state, parent, process group, session.
    const session = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[3]);
    return { pid, session, command: await readFile(`/proc/${pid}/cmdline`, "utf8") };
  } catch {
    // Has ended since, or is another user's.
    return undefined;
  }
}
