/** A run's report as a person reads it. */
import type { RunReport } from "./run.ts";

export function reportText(report: RunReport): string {
  const { phases, problems, convergence, memory } = report;
  const requests = phases.reduce(
    (sum, phase) => sum + Object.values(phase.requests).reduce((a, b) => a + b, 0),
    0,
  );
  const failed = phases.reduce((sum, phase) => sum + phase.problems, 0);
  const lines = [
    `${requests} requests at ${report.requestsPerSecond} a second, seed ${report.seed}: ${failed} with a problem.`,
    `${report.changes} changes of Ingresses in ${report.published} generations; ` +
      `${report.agentStarts} agents.`,
    `The edge was restarted ${report.restarts.length} times (how long to end, and to serve again:` +
      report.restarts
        .map(({ ending, starting }) => `; ${ending} ms to end, ${starting} ms to serve`)
        .join("") +
      ".",
    convergence.missing.length === 0
      ? `Everything was served ${convergence.ms} ms after the last fault.`
      : `NOT SERVED ${convergence.ms} ms after the last fault: ${convergence.missing.join("; ")}`,
    "",
    row("phase", "seconds", "requests", "lost", "problems", "generations", "p50", "p99", "max ms"),
    ...phases.map(({ name, seconds, requests, whileDown, problems, generations, latency }) =>
      row(
        name,
        seconds,
        Object.values(requests).reduce((a, b) => a + b, 0),
        whileDown,
        problems,
        generations,
        latency.p50,
        latency.p99,
        latency.max,
      ),
    ),
    "(lost: connections that broke while the edge's process was down)",
    "",
    row("memory", "minutes", "first MiB", "last MiB", "MiB/minute"),
    ...Object.entries(memory).map(([name, { minutes, firstMiB, lastMiB, mibPerMinute }]) =>
      row(name, minutes, firstMiB, lastMiB, mibPerMinute),
    ),
    ...(problems.length === 0 ? [] : ["", "Problems:"]),
    ...problems.map(
      ({ phase, at, kind, problem }) => `${(at / 1000).toFixed(1)} s, ${phase}, ${kind}: ${problem}`,
    ),
  ];
  return `${lines.join("\n")}\n`;
}

function row(name: string, ...columns: readonly (string | number)[]): string {
  return [name.padEnd(40), ...columns.map((column) => String(column).padStart(11))].join("");
}
