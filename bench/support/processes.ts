/** Processes that this one has started, as /proc knows them: hence Linux alone. */
import { readdirSync, readFileSync } from "node:fs";

/** Of this process, and of all its threads. */
export function childProcesses(): Set<number> {
  const children = readdirSync("/proc/self/task").flatMap((task) =>
    readFileSync(`/proc/self/task/${task}/children`, "utf8").trim().split(" "),
  );
  return new Set(children.filter((pid) => pid !== "").map(Number));
}

const TICKS_PER_SECOND = 100;

/** Milliseconds that a process has used of all processors, its threads included. */
export function cpuTime(pid: number): number {
  // The name stands in parentheses, and may hold any character (proc_pid_stat(5)).
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
}

/** As cpuTime(), to the microsecond. */
export function exactCpuTime(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`).map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]),
  );
  return threads.reduce((sum, nanoseconds) => sum + nanoseconds, 0) / 1e6;
}

/** MiB of memory that is a process's own, or was at its most. */
export function memoryOf(pid: number): { readonly now: number; readonly most: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kibibytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1]);
  return { now: kibibytes("VmRSS") / 1024, most: kibibytes("VmHWM") / 1024 };
}
