import { type Expression, ExpressionError, pathExpression } from "../../contract/expression.ts";
import { literalStart, mayStartWith } from "../../contract/literal-start.ts";
import type { HostRecord, Route } from "../../contract/index.ts";

/** The route of a request, and what its path's regular expression captured: the whole match first. */
export interface Match {
  /** The key of the host's record. */
  readonly host: string;
  readonly route: Route;
  readonly groups: readonly (string | undefined)[];
}

const NO_GROUPS: readonly string[] = [];

interface ExpressionRoute {
  readonly host: string;
  readonly route: Route;
  readonly expression: Expression;
  /** What a path must begin with, in lower case: most are told apart by it, at a fraction of the cost. */
  readonly start: string;
}

/** Captures cost more than the match does, and few routes use them: they are made when they are asked for. */
class ExpressionMatch implements Match {
  readonly host: string;
  readonly route: Route;
  readonly #expression: Expression;
  readonly #path: string;
  #groups: readonly (string | undefined)[] | undefined;

  constructor({ host, route, expression }: ExpressionRoute, path: string) {
    this.host = host;
    this.route = route;
    this.#expression = expression;
    this.#path = path;
  }

  get groups(): readonly (string | undefined)[] {
    return (this.#groups ??= this.#expression.groups(this.#path) ?? NO_GROUPS);
  }
}

/** A host's routes in the form that matches fast: the cost grows with the depth of a path, not with the routes. */
export class RouteTable {
  readonly #exact = new Map<string, Match>();
  readonly #prefixes = new Map<string, Match>();
  readonly #expressions: ExpressionRoute[] = [];
  readonly #longestPrefix: number;

  /** @param host the key of the record */
  constructor(record: HostRecord, host = "") {
    for (const route of record.routes) {
      const { type, value } = route.match.path;
      // Routes stand in matching order, so the first of two equal matches is meant.
      if (type === "RegularExpression") {
        const expression = expressionOf(value);
        if (expression !== undefined) {
          this.#expressions.push({ host, route, expression, start: literalStart(value) });
        }
      } else {
        const table = type === "Exact" ? this.#exact : this.#prefixes;
        if (!table.has(value)) table.set(value, { host, route, groups: NO_GROUPS });
      }
    }
    this.#longestPrefix = [...this.#prefixes.keys()].reduce(
      (longest, { length }) => Math.max(longest, length),
      0,
    );
  }

  /**
   * Exact before the longest prefix of whole path elements (Kubernetes Ingress: "Multiple matches"). Where a host has
   * regular expressions it has nothing else, and the first that matches is meant (ingress-nginx).
   *
   * @param path as normalisePath gives it.
   */
  match(path: string): Match | undefined {
    const exact = this.#exact.get(path);
    if (exact !== undefined) return exact;
    let end = path.length > 1 && path.endsWith("/") ? path.length - 1 : path.length;
    while (end > 0) {
      if (end <= this.#longestPrefix) {
        const match = this.#prefixes.get(path.slice(0, end));
        if (match !== undefined) return match;
      }
      end = path.lastIndexOf("/", end - 1);
    }
    return this.#prefixes.get("/") ?? this.#byExpression(path);
  }

  #byExpression(path: string): Match | undefined {
    for (const candidate of this.#expressions) {
      if (!mayStartWith(path, candidate.start)) continue;
      if (candidate.expression.test(path)) return new ExpressionMatch(candidate, path);
    }
    return undefined;
  }
}

/** The agent publishes none that do not compile; one of another version of it that did so harms no other route. */
function expressionOf(value: string): Expression | undefined {
  try {
    return pathExpression(value);
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}
