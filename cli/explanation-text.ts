/** An explanation for people. */
import type { SeenServices } from "./edge-api.ts";
import type { BackendReport, Candidate, Explanation } from "../worker/ingress/explain/explanation.ts";

/** Of candidates that fail, so many are shown. */
const MOST = 12;

/** Ends in a new line. */
export function explanationText(explanation: Explanation, seen: SeenServices = []): string {
  const { request, generation, hosts, certificate, routes, groups, filters } = explanation;
  const { balancing = [], backends, upstream, outcome } = explanation;
  const headers = Object.entries(upstream?.headers ?? {}).map(([name, value]) => `sets ${name}: ${value}`);
  const sections: [string, readonly string[]][] = [
    ["path", request.path === undefined ? [] : [`${request.path}, as paths are matched`]],
    ["host", candidateLines(hosts)],
    ["certificate", certificate === undefined ? [] : [`that of ${certificate}`]],
    ["route", candidateLines(routes)],
    ["groups", groups?.map((group, index) => `$${index + 1} = "${group}"`) ?? []],
    ["filters", filters.map(({ filter, effect, text }) => `${filter} ${EFFECTS[effect]}: ${text}`)],
    ["backend", [...backends.flatMap((backend) => backendLines(backend, seen)), ...balancing]],
    [
      "upstream",
      upstream === undefined
        ? []
        : [`${request.method} ${upstream.target}`, `Host ${upstream.host}`, ...headers],
    ],
    ["outcome", [outcome.status === undefined ? outcome.text : `${outcome.status}: ${outcome.text}`]],
  ];
  const from = generation === undefined ? "" : `, generation ${generation}`;
  const lines = sections.flatMap(([title, texts]) =>
    texts.map((text, index) => `${(index === 0 ? title : "").padEnd(WIDTH)}${printable(text)}`),
  );
  return `${request.method} ${request.url} from ${request.address}${from}\n\n${lines.join("\n")}\n`;
}

/** What a path is made of may be anything, and a terminal obeys some of it. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}

const WIDTH = "certificate  ".length;

const EFFECTS = {
  passes: "lets pass",
  changes: "changes the request",
  answers: "answers",
  depends: "decides when it comes",
  later: "changes the response",
} as const;

const MARKS = { matches: "+", fails: "-", "not reached": " " } as const;

/** All up to what matched, and how many there are besides. */
function candidateLines(candidates: readonly Candidate[]): string[] {
  const looked = candidates.filter(({ outcome }) => outcome !== "not reached");
  const shown = looked.length <= MOST ? looked : [...looked.slice(0, MOST - 1), ...looked.slice(-1)];
  const left = looked.length - shown.length;
  const after = candidates.length - looked.length;
  return [
    ...shown.map(
      ({ name, ingress, outcome, reason }) =>
        `${MARKS[outcome]} ${name}${ingress === undefined ? "" : ` (Ingress ${ingress})`} ${reason}`,
    ),
    ...(left > 0 ? [`  ${left} more fail`] : []),
    ...(after > 0 ? [`  ${after} more ${after === 1 ? "is" : "are"} not reached`] : []),
  ];
}

/** From an edge, each endpoint with its pod and how it fares; from manifests, addresses alone. */
function backendLines(backend: BackendReport, seen: SeenServices): string[] {
  const { service, port, share, endpoints, reason } = backend;
  const known = seen.find((one) => one.service === service && one.port === port);
  if (known !== undefined) {
    const left = known.endpoints.length - MOST;
    return [
      `Service ${service} port ${port} (${share}) ${reason}`,
      ...known.endpoints.slice(0, MOST).map(({ address, pod, state, health }) => {
        const fares =
          health === "failing" || health === "ejected" ? `${state}, but its last tries failed` : state;
        return `  ${address}${pod === null ? "" : ` pod ${pod}`} ${fares}`;
      }),
      ...(left > 0 ? [`  and ${left} more`] : []),
    ];
  }
  const addresses = endpoints.slice(0, MOST).join(", ");
  const left = endpoints.length - MOST;
  return [
    `Service ${service} port ${port} (${share}) ${reason}`,
    ...(endpoints.length > 0 ? [`  ${addresses}${left > 0 ? ` and ${left} more` : ""}`] : []),
  ];
}
