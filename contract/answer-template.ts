/**
 * Answers that are written as Go templates (CoreDNS template plugin): the part of that language that records need. Both
 * halves use this: what the agent accepts is what the edge fills in.
 */
import { TemplateScanner, type Token } from "./answer-template-tokens.ts";

/** The template is malformed, or uses what the edge cannot fill in. */
export class TemplateError extends Error {
  override name = "TemplateError";
  readonly remedy =
    "Use .Name, .Zone, .Type, .Class, .Match, .Group, .Question.Name, .Remote, .Meta, index, printf, parseInt and if.";
}

export type TemplateNode =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "action"; readonly value: TemplateValue }
  | {
      readonly kind: "if";
      readonly condition: TemplateValue;
      readonly whenTrue: readonly TemplateNode[];
      readonly otherwise: readonly TemplateNode[];
    };

export type TemplateValue =
  | { readonly kind: "literal"; readonly value: string | number | boolean }
  /** `.Group.host`, in parts; with arguments where it is `.Meta`. */
  | { readonly kind: "field"; readonly path: readonly string[]; readonly args: readonly TemplateValue[] }
  | { readonly kind: "call"; readonly name: TemplateFunction; readonly args: readonly TemplateValue[] };

const FUNCTIONS = ["and", "eq", "index", "len", "ne", "not", "or", "parseInt", "print", "printf"] as const;
export type TemplateFunction = (typeof FUNCTIONS)[number];

/** Fields, and how many names may follow theirs. */
const FIELDS: Readonly<Record<string, 0 | 1>> = {
  Zone: 0,
  Name: 0,
  Regex: 0,
  Type: 0,
  Class: 0,
  Remote: 0,
  Match: 0,
  Meta: 0,
  Group: 1,
  Question: 1,
};
const QUESTION_FIELDS = new Set(["Name", "Qtype", "Qclass"]);

/** @throws TemplateError */
export function parseAnswerTemplate(text: string): readonly TemplateNode[] {
  return new Parser(new TemplateScanner(text, fail)).parse();
}

function fail(problem: string): TemplateError {
  return new TemplateError(problem);
}

class Parser {
  readonly #scanner: TemplateScanner;

  constructor(scanner: TemplateScanner) {
    this.#scanner = scanner;
  }

  parse(): TemplateNode[] {
    const { nodes, end } = this.#nodes();
    if (end !== undefined) throw fail(`has {{ ${end} }} without an {{ if }}`);
    return nodes;
  }

  /** Up to the template's end, or an `else` or `end` that closes what surrounds these. */
  #nodes(): { nodes: TemplateNode[]; end: "end" | "else" | "else if" | undefined } {
    const nodes: TemplateNode[] = [];
    for (;;) {
      const text = this.#scanner.text();
      if (text !== "") nodes.push({ kind: "text", text });
      if (!this.#scanner.isInAction) return { nodes, end: undefined };
      const token = this.#scanner.peek();
      switch (token?.kind === "word" ? token.text : "") {
        case "if":
          this.#scanner.next();
          nodes.push(this.#if());
          break;
        case "end":
          this.#scanner.next();
          this.#scanner.close();
          return { nodes, end: "end" };
        case "else": {
          this.#scanner.next();
          if (this.#scanner.takeWord("if")) return { nodes, end: "else if" };
          this.#scanner.close();
          return { nodes, end: "else" };
        }
        default:
          // A comment leaves nothing.
          if (token !== undefined) nodes.push({ kind: "action", value: this.#pipeline() });
          this.#scanner.close();
      }
    }
  }

  #if(): TemplateNode {
    const condition = this.#pipeline();
    this.#scanner.close();
    const whenTrue = this.#nodes();
    if (whenTrue.end === undefined) throw fail("has an {{ if }} without its {{ end }}");
    if (whenTrue.end === "end") return { kind: "if", condition, whenTrue: whenTrue.nodes, otherwise: [] };
    if (whenTrue.end === "else if") {
      return { kind: "if", condition, whenTrue: whenTrue.nodes, otherwise: [this.#if()] };
    }
    const otherwise = this.#nodes();
    if (otherwise.end !== "end") throw fail("has an {{ else }} without its {{ end }}");
    return { kind: "if", condition, whenTrue: whenTrue.nodes, otherwise: otherwise.nodes };
  }

  /** What stands before a bar is the last argument of what stands behind it. */
  #pipeline(): TemplateValue {
    let value = this.#command();
    while (this.#scanner.takeSymbol("|")) {
      const next = this.#command();
      if (next.kind !== "call") throw fail("has something other than a function behind |");
      value = { ...next, args: [...next.args, value] };
    }
    return value;
  }

  #command(): TemplateValue {
    const token = this.#scanner.next();
    if (token?.kind === "word" && token.text !== "true" && token.text !== "false") {
      const name = FUNCTIONS.find((name) => name === token.text);
      if (name === undefined) throw fail(`uses ${token.text}`);
      return { kind: "call", name, args: this.#operands() };
    }
    const value = this.#operand(token);
    if (value.kind !== "field" || value.path[0] !== "Meta") return value;
    return { ...value, args: this.#operands() };
  }

  #operands(): TemplateValue[] {
    const operands: TemplateValue[] = [];
    while (this.#scanner.hasOperand) operands.push(this.#operand(this.#scanner.next()));
    return operands;
  }

  #operand(token: Token | undefined): TemplateValue {
    switch (token?.kind) {
      case "text":
        return { kind: "literal", value: token.text };
      case "number":
        return { kind: "literal", value: Number(token.text) };
      case "field":
        return { kind: "field", path: checkedPath(token.text), args: [] };
      case "word":
        if (token.text === "true" || token.text === "false") {
          return { kind: "literal", value: token.text === "true" };
        }
        throw fail(`uses ${token.text} as a value`);
      case "symbol": {
        if (token.text !== "(") throw fail(`has ${token.text} in place of a value`);
        const value = this.#pipeline();
        if (!this.#scanner.takeSymbol(")")) throw fail("has a ( without its )");
        return value;
      }
      case undefined:
        throw fail("has an action without a value");
    }
  }
}

function checkedPath(field: string): string[] {
  const path = field.slice(1).split(".");
  const [first = "", second] = path;
  const more = Object.hasOwn(FIELDS, first) ? FIELDS[first] : undefined;
  if (more === undefined || path.length > 1 + more) throw fail(`uses ${field}`);
  if (first === "Question" && !QUESTION_FIELDS.has(second ?? "")) throw fail(`uses ${field}`);
  return path;
}
