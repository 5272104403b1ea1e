/** `lintel status` as text. Pure. */
import type { CertificatesAnswer, FailuresAnswer, OverviewAnswer, WarningsAnswer } from "./edge-api.ts";
import { count, duration, milliseconds, printable, share, table } from "./table.ts";

export interface EdgeStatusFacts {
  readonly overview: OverviewAnswer;
  readonly warnings: WarningsAnswer["warnings"];
  readonly failures: FailuresAnswer["failures"];
  readonly certificates: CertificatesAnswer["certificates"];
}

/** Warnings and certificates that are shown; `--json` has all that the edge gives. */
const MOST_WARNINGS = 20;
const MOST_CERTIFICATES = 5;
const MOST_FAILURES = 5;

export function statusText({ overview, warnings, failures, certificates }: EdgeStatusFacts): string {
  const sections = [
    facts(overview),
    inventory(overview),
    warningLines(warnings),
    failureLines(failures),
    certificateLines(certificates, overview.counts.certificates),
  ].filter((lines) => lines.length > 0);
  return `${sections.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function facts(overview: OverviewAnswer): string[] {
  const { cluster, generation, published, ageSeconds, hold, lastError } = overview;
  const rows: [string, string][] = [
    ["cluster", cluster],
    ["generation", `${generation}, published ${duration(ageSeconds)} ago (${published})`],
    ...(hold === null
      ? []
      : [
          ["", `held at generation ${hold.generation}${hold.reason ? `: ${hold.reason}` : ""}`] as [
            string,
            string,
          ],
        ]),
    ["edge", lastError === null ? "follows the head" : `cannot follow the head: ${lastError}`],
    ...agentRows(overview),
    ["traffic", trafficTexts(overview.traffic).join(", ")],
  ];
  return rows.map(([name, text]) => `${name.padEnd(10)}  ${printable(text)}`);
}

function agentRows({ agent, agentProblem }: OverviewAnswer): [string, string][] {
  if (agent === null) return [["agent", agentProblem ?? "has not reported"]];
  const { id, version, mode, ageSeconds, silent, checks, compileMs, publishMs } = agent;
  const since = `reported ${duration(ageSeconds)} ago${silent === true ? ", and should have since" : ""}`;
  const took = `last compile ${milliseconds(compileMs)}, last publication ${milliseconds(publishMs)}`;
  const failed = checks.filter(({ problem }) => problem !== null);
  return [
    ["agent", `${id} (${version}, follows ${mode === "cluster" ? "a cluster" : mode}), ${since}; ${took}`],
    ...failed.map(({ name, problem }) => ["", `${name}: ${problem}`] as [string, string]),
  ];
}

/** Each short enough for a terminal of 80 columns. */
export function trafficTexts(traffic: OverviewAnswer["traffic"]): string[] {
  if (traffic === null) return ["is not counted"];
  const { requests, errors, clientErrors, perSecond, minutes, p50, p99 } = traffic;
  if (requests === 0) return [`no requests in the last ${minutes} min, at the isolate that was asked`];
  return [
    `${count(requests)} requests in the last ${minutes} min (${perSecond.toFixed(1)} a second)`,
    `${count(errors)} with 5xx (${share(errors, requests)}), ${count(clientErrors)} with 4xx, ` +
      `p50 ${milliseconds(p50)}, p99 ${milliseconds(p99)}`,
  ];
}

function inventory({ counts, complete }: OverviewAnswer): string[] {
  const { hosts, routes, services, servicesDown, certificates, endpoints } = counts;
  const columns = ["HOSTS", "ROUTES", "SERVICES", "DOWN", "READY", "NOT READY", "DRAINING", "CERTIFICATES"];
  const numbers = [
    hosts,
    routes,
    services,
    servicesDown,
    endpoints.ready,
    endpoints.notReady,
    endpoints.draining,
    certificates,
  ];
  const lines = table(
    columns.map((name) => ({ name, right: true })),
    [numbers.map(count)],
  );
  return complete ? lines : [...lines, "Not all of it could be read: the numbers are too low."];
}

function warningLines(warnings: EdgeStatusFacts["warnings"]): string[] {
  if (warnings.length === 0) return ["No warnings."];
  const shown = warnings.slice(0, MOST_WARNINGS);
  const lines = shown.flatMap(({ severity, object, field, message, remedy }) => [
    printable(`${severity}  ${object}${field === null ? "" : `, ${field}`}: ${message}`),
    ...(remedy === null ? [] : [printable(`${" ".repeat(severity.length)}  ${remedy}`)]),
  ]);
  const more = warnings.length - shown.length;
  return ["WARNINGS", ...lines, ...(more > 0 ? [`and ${count(more)} more`] : [])];
}

function failureLines(failures: EdgeStatusFacts["failures"]): string[] {
  if (failures.length === 0) return [];
  const shown = failures.slice(0, MOST_FAILURES);
  const lines = shown.flatMap(({ time, status, method, host, path, reason, requestId }) => [
    printable(`${time.slice(0, 19)}Z  ${status}  ${method} ${host}${path}  (${requestId})`),
    printable(`${" ".repeat(22)}${reason}`),
  ]);
  const more = failures.length - shown.length;
  return ["FAILED OF LATE", ...lines, ...(more > 0 ? [`and ${count(more)} more`] : [])];
}

/** What clients may stumble over besides the date. */
function issuerText(chain: EdgeStatusFacts["certificates"][number]["chain"]): string {
  if (chain?.state === "self-signed") return "self-signed";
  const issuer = chain?.issuer ?? "-";
  return chain?.state === "alone" ? `${issuer}, which is not sent along` : issuer;
}

function certificateLines(certificates: EdgeStatusFacts["certificates"], total: number): string[] {
  if (certificates.length === 0) return [];
  const shown = certificates.slice(0, MOST_CERTIFICATES);
  const lines = table(
    [
      { name: "CERTIFICATE" },
      { name: "SECRET" },
      { name: "DAYS", right: true },
      { name: "EXPIRES" },
      { name: "ISSUER" },
    ],
    shown.map(({ name, secret, days, expires, state, chain }) => [
      name,
      secret,
      String(days),
      `${expires.slice(0, 19)}Z${state === "valid" ? "" : ` (${state})`}`,
      issuerText(chain),
    ]),
  );
  const more = Math.max(total, certificates.length) - shown.length;
  return [...lines, ...(more > 0 ? [`and ${count(more)} more, which expire later`] : [])];
}
