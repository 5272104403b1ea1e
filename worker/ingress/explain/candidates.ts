/** Why a host or a path was taken, and why the ones before it were not. */
import { ExpressionError, pathExpression } from "../../../contract/expression.ts";
import { DEFAULT_HOST, type HostRecord, type Route, serverNameKeys } from "../../../contract/index.ts";
import type { SnapshotView } from "../../snapshot/view.ts";
import type { Candidate } from "./explanation.ts";

export interface FoundHost {
  readonly candidates: readonly Candidate[];
  readonly record: HostRecord | undefined;
}

/** As findRoute() looks for them: the host itself, the wildcard over it, the rules without a host. */
export async function explainHost(view: SnapshotView, hostname: string): Promise<FoundHost> {
  const candidates: Candidate[] = [];
  let record: HostRecord | undefined;
  for (const name of [...serverNameKeys(hostname), DEFAULT_HOST]) {
    if (record !== undefined) {
      const reason = "is not asked: a host with rules of its own never falls through to another's";
      candidates.push({ name, outcome: "not reached", reason });
      continue;
    }
    record = await view.get("hosts", name);
    const outcome = record === undefined ? "fails" : "matches";
    candidates.push({ name, outcome, reason: hostReason(name, hostname, record) });
  }
  return { candidates, record };
}

function hostReason(name: string, hostname: string, record: HostRecord | undefined): string {
  if (record === undefined) {
    if (name === DEFAULT_HOST) return "stands for rules without a host, and there are none";
    return name === hostname ? "has no rules" : "would stand for its first label, and has no rules";
  }
  const rules = `${record.routes.length} ${record.routes.length === 1 ? "route" : "routes"}`;
  if (name === DEFAULT_HOST) return `stands for rules without a host: ${rules}`;
  return name === hostname ? `has ${rules}` : `stands for its first label, and has ${rules}`;
}

/** @param matched the route that the route table has found */
export function explainRoutes({ routes }: HostRecord, path: string, matched: Route | undefined): Candidate[] {
  const at = matched === undefined ? routes.length : routes.indexOf(matched);
  return routes.map((route, index) => {
    const { type, value } = route.match.path;
    const candidate = { name: `${type} ${value}`, ingress: route.ingress };
    if (index > at) {
      return { ...candidate, outcome: "not reached", reason: "comes after it in matching order" };
    }
    const reason = index === at ? matchReason(route, path) : failureReason(route, path);
    return { ...candidate, outcome: index === at ? "matches" : "fails", reason };
  });
}

function matchReason({ match }: Route, path: string): string {
  switch (match.path.type) {
    case "Exact":
      return "is the path, and an exact path comes before every other";
    case "PathPrefix":
      return "begins the path, element by element, and is the longest that does";
    case "RegularExpression":
      return `matches ${path} from its start, and is the first that does: the longest is tried first`;
  }
}

function failureReason({ match: { path: wanted } }: Route, path: string): string {
  switch (wanted.type) {
    case "Exact":
      return path.toLowerCase() === wanted.value.toLowerCase()
        ? "is another path: case matters"
        : "is another path";
    case "PathPrefix":
      return path.startsWith(wanted.value)
        ? "begins the path only within one of its elements"
        : "does not begin the path";
    case "RegularExpression":
      return expressionReason(wanted.value);
  }
}

function expressionReason(value: string): string {
  try {
    pathExpression(value);
    return "does not match from the path's start";
  } catch (error) {
    if (error instanceof ExpressionError) return `cannot be run: it ${error.message}`;
    throw error;
  }
}
