/** Holds an answer against what the generation that it names must answer. Pure. */
import { type Expected, versionsIn } from "./truth.ts";

/** What a pod says of the request that reached it. */
export interface Seen {
  /** The pod's address. */
  readonly pod: string;
  readonly url: string;
  readonly host: string;
  readonly prefix: string;
}

export interface WebAnswer {
  readonly kind: "web";
  readonly host: string;
  readonly status: number;
  readonly generation: number | undefined;
  /** Access-Control-Expose-Headers. */
  readonly exposed: string;
  readonly body: string;
}

export interface DnsAnswer {
  readonly kind: "dns";
  readonly status: number;
  readonly generation: number | undefined;
  readonly rcode: string;
  readonly addresses: readonly string[];
}

export type Answer = WebAnswer | DnsAnswer;

/** What is wrong with an answer; `undefined` when nothing is. `expected` are the roots of its generation. */
export function problemOf(
  answer: Answer,
  service: string,
  expected: readonly Expected[],
): string | undefined {
  const { status, generation } = answer;
  if (status !== 200) {
    return `answered ${status}${answer.kind === "web" ? ` (${answer.body.trim().slice(0, 200)})` : ""}`;
  }
  if (generation === undefined) return "does not say which generation it is of";
  if (expected.length === 0) return `is of generation ${generation}, which nobody published`;
  const problems = expected.map((one) =>
    answer.kind === "web" ? webProblem(answer, service, one) : dnsProblem(answer, service, one),
  );
  return problems.includes(undefined) ? undefined : `generation ${generation}: ${problems[0]}`;
}

function webProblem(
  { host, body, exposed }: WebAnswer,
  service: string,
  expected: Expected,
): string | undefined {
  const seen = JSON.parse(body) as Seen;
  const versions = expected.versions.get(host) ?? [];
  const parts = { path: seen.url, host: seen.host, prefix: seen.prefix, exposed };
  for (const [part, text] of Object.entries(parts)) {
    const found = versionsIn(text);
    if (versions.length === 1 && found.length === 1 && found[0] === versions[0]) continue;
    return `${host} has version ${versions.join(" and ")}, and ${part} is "${text}" of ${JSON.stringify(parts)}`;
  }
  const { ready = [], draining = [] } = expected.endpoints.get(service) ?? {};
  if (ready.includes(seen.pod) || draining.includes(seen.pod)) return undefined;
  return `${seen.pod} answered, which is not among ${ready.join(" ")}`;
}

function dnsProblem(
  { rcode, addresses }: DnsAnswer,
  service: string,
  expected: Expected,
): string | undefined {
  if (rcode !== "NOERROR") return `the answer is ${rcode}`;
  const { ready = [] } = expected.endpoints.get(service) ?? {};
  const [found, wanted] = [addresses, ready].map((some) => some.toSorted().join(" "));
  return found === wanted ? undefined : `the answer is ${found}, the endpoints are ${wanted}`;
}
