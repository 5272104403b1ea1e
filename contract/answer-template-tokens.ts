/** Cuts a Go template into text and the tokens of its actions. */

export interface Token {
  readonly kind: "word" | "field" | "text" | "number" | "symbol";
  readonly text: string;
}

const OPEN = "{{";
const CLOSE = "}}";

/** What an action is made of, each kind in its place of the expression. */
const TOKEN =
  /\s*(?:(\.[A-Za-z_][\w]*(?:\.[A-Za-z_][\w]*)*)|([A-Za-z_]\w*)|("(?:[^"\\\n]|\\.)*"|`[^`]*`)|(-?\d+)|([|()]))/y;
const COMMENT = /^\s*\/\*[\s\S]*\*\/\s*$/;

export class TemplateScanner {
  readonly #text: string;
  readonly #fail: (problem: string) => Error;
  #at = 0;
  #tokens: Token[] = [];
  #isInAction = false;
  /** The action before ends in `-}}`: white space behind it is dropped. */
  #trims = false;

  constructor(text: string, fail: (problem: string) => Error) {
    this.#text = text;
    this.#fail = fail;
  }

  get isInAction(): boolean {
    return this.#isInAction;
  }

  /** The text up to the next action, into which it goes, or to the end. */
  text(): string {
    const open = this.#text.indexOf(OPEN, this.#at);
    const end = open < 0 ? this.#text.length : open;
    let text = this.#text.slice(this.#at, end);
    if (this.#trims) text = text.trimStart();
    this.#trims = false;
    this.#at = end;
    if (open < 0) return text;
    const close = this.#closeAfter(open + OPEN.length);
    let action = this.#text.slice(open + OPEN.length, close);
    if (/^-\s/.test(action)) {
      text = text.trimEnd();
      action = action.slice(1);
    }
    if (/\s-$/.test(action)) {
      this.#trims = true;
      action = action.slice(0, -1);
    }
    this.#at = close + CLOSE.length;
    this.#tokens = COMMENT.test(action) ? [] : this.#tokensOf(action);
    this.#isInAction = true;
    return text;
  }

  peek(): Token | undefined {
    return this.#tokens[0];
  }

  next(): Token | undefined {
    return this.#tokens.shift();
  }

  get hasOperand(): boolean {
    const token = this.#tokens[0];
    return token !== undefined && (token.kind !== "symbol" || token.text === "(");
  }

  takeSymbol(text: string): boolean {
    return this.#take("symbol", text);
  }

  takeWord(text: string): boolean {
    return this.#take("word", text);
  }

  /** Goes out of the action, which must have nothing left. */
  close(): void {
    const [left] = this.#tokens;
    if (left !== undefined) throw this.#fail(`has ${left.text} where an action should end`);
    this.#isInAction = false;
  }

  #take(kind: Token["kind"], text: string): boolean {
    const token = this.#tokens[0];
    if (token?.kind !== kind || token.text !== text) return false;
    this.#tokens.shift();
    return true;
  }

  /** Braces inside of quotes close nothing. */
  #closeAfter(from: number): number {
    let quote = "";
    for (let at = from; at < this.#text.length; at++) {
      const char = this.#text.charAt(at);
      if (quote !== "") {
        if (char === "\\" && quote === '"') at++;
        else if (char === quote) quote = "";
      } else if (char === '"' || char === "`") quote = char;
      else if (this.#text.startsWith(CLOSE, at)) return at;
    }
    throw this.#fail("has an action without its }}");
  }

  #tokensOf(action: string): Token[] {
    const tokens: Token[] = [];
    TOKEN.lastIndex = 0;
    let at = 0;
    while (action.slice(at).trim() !== "") {
      TOKEN.lastIndex = at;
      const match = TOKEN.exec(action);
      if (match === null) throw this.#fail(`has ${action.slice(at).trim()} in an action`);
      const [, field, word, quoted, number, symbol] = match;
      if (field !== undefined) tokens.push({ kind: "field", text: field });
      else if (word !== undefined) tokens.push({ kind: "word", text: word });
      else if (quoted !== undefined) tokens.push({ kind: "text", text: this.#unquoted(quoted) });
      else if (number !== undefined) tokens.push({ kind: "number", text: number });
      else if (symbol !== undefined) tokens.push({ kind: "symbol", text: symbol });
      at = TOKEN.lastIndex;
    }
    return tokens;
  }

  #unquoted(quoted: string): string {
    if (quoted.startsWith("`")) return quoted.slice(1, -1);
    return quoted.slice(1, -1).replaceAll(/\\(.)/g, (escape, char: string) => {
      if (char === '"' || char === "\\") return char;
      if (char === "n") return "\n";
      if (char === "t") return "\t";
      throw this.#fail(`has the escape ${escape}`);
    });
  }
}
