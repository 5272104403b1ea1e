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

/** With no more paths than these, one after the other is faster than a map, and touches less memory. */
const FEW_PATHS = 16;
const SLASH = 0x2f;

/** A host's routes in the form that matches fast. */
export class RouteTable {
  /**
   * Of most hosts, whose paths are few: each path and behind it its match, exact ones first, then prefixes, the longest
   * first. In one array, since of many hosts most lie in cold memory, and each object more is a wait for it.
   */
  readonly #few: readonly (string | Match)[] = [];
  /** Where the prefixes begin. */
  readonly #firstPrefix: number = 0;
  readonly #many: ManyPaths | undefined;
  readonly #expressions: readonly ExpressionRoute[] | undefined;

  /** @param host the key of the record */
  constructor(record: HostRecord, host = "") {
    const exact: Match[] = [];
    const prefixes: Match[] = [];
    const expressions: ExpressionRoute[] = [];
    for (const route of record.routes) {
      const { type, value } = route.match.path;
      // Routes stand in matching order, so the first of two equal matches is meant: it is the first that is looked at.
      if (type === "RegularExpression") {
        const expression = expressionOf(value);
        if (expression !== undefined) {
          expressions.push({ host, route, expression, start: literalStart(value) });
        }
      } else {
        (type === "Exact" ? exact : prefixes).push({ host, route, groups: NO_GROUPS });
      }
    }
    if (expressions.length > 0) this.#expressions = expressions;
    if (exact.length + prefixes.length > FEW_PATHS) {
      this.#many = new ManyPaths(byPath(exact), byPath(prefixes));
    } else {
      // Stable, so that of two equal ones the first stays before the other.
      prefixes.sort((a, b) => pathOf(b).length - pathOf(a).length);
      this.#few = inOneArray(exact, prefixes);
      this.#firstPrefix = 2 * exact.length;
    }
  }

  /**
   * Exact before the longest prefix of whole path elements (Kubernetes Ingress: "Multiple matches"). Where a host has
   * regular expressions it has nothing else, and the first that matches is meant (ingress-nginx).
   *
   * @param path as normalisePath gives it.
   */
  match(path: string): Match | undefined {
    const found = this.#many === undefined ? this.#byFew(path) : this.#many.match(path);
    return found ?? (this.#expressions && byExpression(this.#expressions, path));
  }

  #byFew(path: string): Match | undefined {
    const few = this.#few;
    for (let i = 0; i < few.length; i += 2) {
      const candidate = few[i] as string;
      const isFound = i < this.#firstPrefix ? candidate === path : isUnder(path, candidate);
      if (isFound) return few[i + 1] as Match;
    }
    return undefined;
  }
}

const pathOf = ({ route }: Match): string => route.match.path.value;

/** The first of two equal ones. */
function byPath(matches: readonly Match[]): Map<string, Match> {
  const found = new Map<string, Match>();
  for (const match of matches) if (!found.has(pathOf(match))) found.set(pathOf(match), match);
  return found;
}

function inOneArray(exact: readonly Match[], prefixes: readonly Match[]): (string | Match)[] {
  const all: (string | Match)[] = [];
  for (const match of exact) all.push(pathOf(match), match);
  for (const match of prefixes) all.push(pathOf(match), match);
  return all;
}

/** Whether a prefix of whole elements begins the path; `/` begins all. */
function isUnder(path: string, prefix: string): boolean {
  const { length } = prefix;
  if (length > path.length) return false;
  const isWhole = length === 1 || length === path.length || path.charCodeAt(length) === SLASH;
  return isWhole && path.startsWith(prefix);
}

/** The cost grows with the depth of a path, not with the routes. */
class ManyPaths {
  readonly #exact: ReadonlyMap<string, Match>;
  readonly #prefixes: ReadonlyMap<string, Match>;
  readonly #longestPrefix: number;

  constructor(exact: ReadonlyMap<string, Match>, prefixes: ReadonlyMap<string, Match>) {
    this.#exact = exact;
    this.#prefixes = prefixes;
    this.#longestPrefix = [...prefixes.keys()].reduce((longest, { length }) => Math.max(longest, length), 0);
  }

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
    return this.#prefixes.get("/");
  }
}

function byExpression(expressions: readonly ExpressionRoute[], path: string): Match | undefined {
  for (const candidate of expressions) {
    if (!mayStartWith(path, candidate.start)) continue;
    if (candidate.expression.test(path)) return new ExpressionMatch(candidate, path);
  }
  return undefined;
}

/**
 * Expressions by their texts: many hosts have the same few, such as `/(.*)`, and what an engine has learnt of a text it has
 * learnt for all of them.
 */
const known = new Map<string, Expression>();
const MOST_KNOWN = 512;

/** The agent publishes none that do not compile; one of another version of it that did so harms no other route. */
function expressionOf(value: string): Expression | undefined {
  const before = known.get(value);
  if (before !== undefined) return before;
  try {
    const expression = pathExpression(value);
    const [oldest] = known.keys();
    if (known.size >= MOST_KNOWN && oldest !== undefined) known.delete(oldest);
    known.set(value, expression);
    return expression;
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}
