/**
 * Regular expressions that users write: of PCRE's syntax, what can be matched in time that grows with the text alone
 * (RE2). Both halves use this: what the agent accepts is what the edge runs.
 */
import { RE2JS } from "re2js";
import { takeOutLookaheads } from "./lookahead.ts";

/** The expression is malformed, or needs an engine that some text could keep busy for ever. */
export class ExpressionError extends Error {
  override name = "ExpressionError";
  readonly remedy: string;

  /** @param problem goes on after the expression, as in `"/(a" is no regular expression` */
  constructor(problem: string, remedy: string, options?: ErrorOptions) {
    super(problem, options);
    this.remedy = remedy;
  }
}

export interface ExpressionOptions {
  readonly ignoreCase: boolean;
  /** Whether it must match at the text's start; anywhere in it else. */
  readonly atStart: boolean;
}

/**
 * Instructions of the engine, about one for each character that an expression tells apart. With these, the worst
 * expression takes about a second for the longest path that HTTP servers accept; usual ones take microseconds.
 */
const MOST_INSTRUCTIONS = 1000;

/** Longer ones are not even looked at: to find out how many instructions they are takes a while, too. */
const MOST_CHARACTERS = 8192;
const MOST_LOOKAHEADS = 32;

interface Condition {
  readonly expression: Expression;
  readonly matches: boolean;
}

export class Expression {
  readonly #main: RE2JS;
  readonly #conditions: readonly Condition[];
  readonly #size: number;

  /** @throws ExpressionError */
  constructor(source: string, options: ExpressionOptions) {
    const lookaheads = source.match(/\(\?[=!]/g)?.length ?? 0;
    if (source.length > MOST_CHARACTERS || lookaheads > MOST_LOOKAHEADS) throw tooLarge();
    const question = options.atStart && /\(\?[=!]/.test(source) ? takeOutLookaheads(source) : undefined;
    this.#main = compile(question?.main ?? source, options);
    this.#size = this.#main.programSize();
    const conditions: Condition[] = [];
    for (const { source, matches } of question?.conditions ?? []) {
      if (this.#size > MOST_INSTRUCTIONS) break;
      const expression = new Expression(source, options);
      conditions.push({ expression, matches });
      // It is run as well.
      this.#size += expression.#size;
    }
    if (this.#size > MOST_INSTRUCTIONS) throw tooLarge();
    this.#conditions = conditions;
  }

  test(text: string): boolean {
    return (
      this.#main.test(text) &&
      this.#conditions.every(({ expression, matches }) => expression.test(text) === matches)
    );
  }

  /** The numbers of the groups that have names, by those. */
  get groupNames(): Readonly<Record<string, number>> {
    return this.#main.namedGroups();
  }

  /** What the groups captured, the whole match first; `undefined` where it does not match. */
  groups(text: string): readonly (string | undefined)[] | undefined {
    return this.test(text) ? (this.#main.exec(text) ?? undefined) : undefined;
  }
}

function compile(source: string, { ignoreCase, atStart }: ExpressionOptions): RE2JS {
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(
      translate(atStart ? `^${source}` : source),
      ignoreCase ? RE2JS.CASE_INSENSITIVE : 0,
    );
  } catch (error) {
    throw refusal(source, error);
  }
  return compiled;
}

function tooLarge(cause?: unknown): ExpressionError {
  return new ExpressionError(
    "is too large a regular expression",
    "Write smaller numbers into its {…}, or split it into several.",
    { cause },
  );
}

/** Escapes of PCRE that the engine spells otherwise. */
const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ["\\Z", "\\z"],
  ["\\e", "\\x1B"],
]);

function translate(source: string): string {
  return source.replaceAll(/\\./gs, (escape) => SPELLINGS.get(escape) ?? escape);
}

/** What PCRE has and no engine of linear time can have. */
const UNSUPPORTED: readonly (readonly [RegExp, string, string])[] = [
  [
    /\(\?<?[=!]/,
    "has a lookaround behind something that is not plain text",
    "Put the lookahead right behind the text that a path begins with, or give the exception a path of its own.",
  ],
  [/\\[1-9]|\\[kg]|\(\?P[=>]/, "has a reference back to a group", "Write the alternatives out."],
  [
    /\(\?>|[*+?}]\+/,
    "has an atomic group or a possessive quantifier",
    "Write the plain group or quantifier.",
  ],
];

function refusal(source: string, cause: unknown): ExpressionError {
  for (const [sign, problem, remedy] of UNSUPPORTED) {
    if (sign.test(source)) {
      return new ExpressionError(`${problem}, which cannot be matched in bounded time`, remedy, { cause });
    }
  }
  if (/invalid repeat count|expression too large/.test(String(cause))) return tooLarge(cause);
  const detail =
    cause instanceof Error ? cause.message.replace(/^error parsing regexp: /, "") : String(cause);
  return new ExpressionError(
    `is no regular expression (${detail})`,
    "Escape characters that are meant as they are with a backslash, or correct it.",
    { cause },
  );
}

/** The expression of a route's path: anchored at its start only, and of either case (ingress-nginx: `~* "^/path"`). */
export function pathExpression(value: string): Expression {
  return new Expression(value, { ignoreCase: true, atStart: true });
}

/** The expression that matches a text as it stands. */
export function escapeExpression(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}
