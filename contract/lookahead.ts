/**
 * Lookaheads for an engine that has none. `/(?!api)(.*)` asks two questions of one text: whether it does not begin with
 * `/api`, and whether it matches `/(.*)`. They can be asked apart where the lookahead stands behind plain text alone,
 * since its place in the text is fixed then. Such are nearly all that people write into paths.
 */

export interface Question {
  /** The expression with its lookaheads taken out; its groups have the numbers that they had. */
  readonly main: string;
  readonly conditions: readonly Condition[];
}

/** What must, or must not, match at the start of the text as well. */
export interface Condition {
  readonly source: string;
  readonly matches: boolean;
}

/** Characters that stand for more than themselves. */
const META = "\\|()[.*+?{^$";

/** A setting for the whole expression, as PCRE lets it begin. */
const SETTING = /^\(\?[ims]+\)/;

/** `undefined` where a lookahead stands where it cannot be taken out. The expression is one that begins a text. */
export function takeOutLookaheads(source: string): Question | undefined {
  const conditions: Condition[] = [];
  let main = "";
  // What comes before the place that is read: itself, and without the groups that it opens.
  let fixed = "";
  let open = 0;
  let openWithLookahead = 0;
  let at = 0;
  const setting = SETTING.exec(source)?.[0] ?? "";
  main += setting;
  fixed += setting;
  at += setting.length;
  while (at < source.length) {
    const lookahead = /^\(\?[=!]/.test(source.slice(at, at + 3));
    if (lookahead) {
      const end = closing(source, at);
      if (end === undefined || isQuantifier(source[end + 1])) return undefined;
      const inner = source.slice(at + 3, end);
      const matches = source[at + 2] === "=";
      const groups = countGroups(inner);
      // What a lookahead that matches captures cannot be had; one that must not match captures nothing.
      if (matches && groups > 0) return undefined;
      conditions.push({ source: `${fixed}(?:${inner})`, matches });
      main += groups === 0 ? "" : `(?:${"()".repeat(groups)})`;
      openWithLookahead = open;
      at = end + 1;
      continue;
    }
    const opener = /^\((?:\?:|\?P?<\w+>|(?!\?))/.exec(source.slice(at))?.[0];
    if (opener !== undefined) {
      open += 1;
      main += opener;
      at += opener.length;
      continue;
    }
    const literal = literalAt(source, at);
    if (literal === undefined || isQuantifier(source[at + literal.length])) break;
    main += literal;
    fixed += literal;
    at += literal.length;
  }
  if (conditions.length > 0 && !isUnconditional(source, at, open, openWithLookahead)) return undefined;
  return { main: main + source.slice(at), conditions };
}

/** A character that stands for itself, also behind a backslash. */
function literalAt(source: string, at: number): string | undefined {
  const char = source[at] ?? "";
  if (char === "\\") {
    const next = source[at + 1];
    return next !== undefined && /[^A-Za-z0-9]/.test(next) ? char + next : undefined;
  }
  return META.includes(char) ? undefined : char;
}

function isQuantifier(char: string | undefined): boolean {
  return char !== undefined && "*+?{".includes(char);
}

/** Whether the groups that are open around a lookahead always take part in a match, each in one way. */
function isUnconditional(source: string, from: number, open: number, around: number): boolean {
  let depth = open;
  let lowest = around;
  for (const token of tokens(source, from)) {
    if (token.text === "(") depth += 1;
    else if (token.text === "|") {
      if (depth <= lowest) return false;
    } else {
      if (depth <= lowest) {
        if (isQuantifier(source[token.at + 1])) return false;
        lowest = depth - 1;
      }
      depth -= 1;
    }
  }
  return true;
}

/** Where the group ends that begins there. */
function closing(source: string, start: number): number | undefined {
  let depth = 0;
  for (const { text, at } of tokens(source, start)) {
    if (text === "(") depth += 1;
    else if (text === ")") {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return undefined;
}

function countGroups(source: string): number {
  let groups = 0;
  for (const { text, at } of tokens(source, 0)) {
    if (text === "(" && /^\((?:\?P?<\w+>|(?!\?))/.test(source.slice(at))) groups += 1;
  }
  return groups;
}

interface Token {
  readonly text: "(" | ")" | "|";
  readonly at: number;
}

/** Parentheses and bars that mean something: not behind a backslash, nor in a class of characters. */
function* tokens(source: string, from: number): Generator<Token> {
  for (let at = from; at < source.length; at++) {
    const char = source[at];
    if (char === "\\") at += 1;
    else if (char === "[") at = classEnd(source, at);
    else if (char === "(" || char === ")" || char === "|") yield { text: char, at };
  }
}

/** A bracket that comes first in a class is one of its characters; `[:alpha:]` in it has brackets of its own. */
function classEnd(source: string, start: number): number {
  let at = start + 1;
  if (source[at] === "^") at += 1;
  if (source[at] === "]") at += 1;
  for (; at < source.length && source[at] !== "]"; at++) {
    if (source[at] === "\\") at += 1;
    else if (source[at] === "[" && source[at + 1] === ":") {
      const end = source.indexOf(":]", at + 2);
      if (end >= 0) at = end + 1;
    }
  }
  return at;
}
