/** Entries of a master file (RFC 1035 5.1): fields, where parentheses carry an entry over several lines. */
import { ZoneFileError } from "./error.ts";

export interface Field {
  /** With its escapes; quotes are taken off. */
  readonly text: string;
  readonly isQuoted: boolean;
  readonly line: number;
}

export interface Entry {
  readonly line: number;
  /** The entry is about the owner before it. */
  readonly beginsBlank: boolean;
  readonly fields: readonly Field[];
}

/** @throws ZoneFileError */
export function readEntries(text: string): Entry[] {
  return new Lexer(text.startsWith("\uFEFF") ? text.slice(1) : text).entries();
}

class Lexer {
  readonly #text: string;
  readonly #entries: Entry[] = [];
  #at = 0;
  #line = 1;
  #fields: Field[] = [];
  #beginsBlank = false;
  /** The line of the parenthesis that is open. */
  #open: number | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  entries(): Entry[] {
    let isLineStart = true;
    for (;;) {
      const char = this.#text[this.#at];
      if (isLineStart && this.#open === undefined && this.#fields.length === 0) {
        this.#beginsBlank = char === " " || char === "\t";
      }
      isLineStart = char === "\n";
      if (char === undefined) break;
      if (char === "\n") this.#endLine();
      else if (char === ";") this.#skipComment();
      else if (char === "(" || char === ")") this.#parenthesis(char);
      else if (/\s/.test(char)) this.#at++;
      else this.#fields.push(this.#field(char));
    }
    if (this.#open !== undefined) {
      throw new ZoneFileError(
        this.#open,
        "the parenthesis that opens here does not close",
        "Write `)` at its end.",
      );
    }
    this.#endEntry();
    return this.#entries;
  }

  #endLine(): void {
    if (this.#open === undefined) this.#endEntry();
    this.#at++;
    this.#line++;
  }

  #endEntry(): void {
    const [first] = this.#fields;
    if (first !== undefined) {
      this.#entries.push({ line: first.line, beginsBlank: this.#beginsBlank, fields: this.#fields });
    }
    this.#fields = [];
  }

  #skipComment(): void {
    const end = this.#text.indexOf("\n", this.#at);
    this.#at = end === -1 ? this.#text.length : end;
  }

  #parenthesis(char: "(" | ")"): void {
    if ((char === "(") === (this.#open !== undefined)) {
      throw new ZoneFileError(
        this.#line,
        char === "(" ? "a parenthesis opens within another" : "a parenthesis closes that is not open",
        "Write them in pairs, one at a time.",
      );
    }
    this.#open = char === "(" ? this.#line : undefined;
    this.#at++;
  }

  #field(first: string): Field {
    const line = this.#line;
    if (first === '"') return { text: this.#quoted(), isQuoted: true, line };
    let text = "";
    for (;;) {
      const char = this.#text[this.#at];
      if (char === undefined || /[\s;()]/.test(char)) break;
      if (char === '"') {
        // A value of a service parameter (RFC 9460 2.1); else another field begins.
        if (!text.endsWith("=")) break;
        text += this.#quoted();
        continue;
      }
      const escaped = char === "\\" ? this.#text[this.#at + 1] : undefined;
      if (char === "\\" && (escaped === undefined || escaped === "\n")) {
        throw new ZoneFileError(
          line,
          "a backslash stands before nothing",
          "Write what it escapes, or take it away.",
        );
      }
      text += escaped === undefined ? char : char + escaped;
      this.#at += escaped === undefined ? 1 : 2;
    }
    return { text, isQuoted: false, line };
  }

  #quoted(): string {
    const line = this.#line;
    let text = "";
    this.#at++;
    for (;;) {
      const char = this.#text[this.#at];
      if (char === undefined || (char === "\n" && this.#open === undefined)) {
        throw new ZoneFileError(
          line,
          "a quote that begins here does not end on its line",
          'Write `"` at its end.',
        );
      }
      this.#at++;
      if (char === '"') return text;
      if (char === "\n") this.#line++;
      text += char;
      if (char === "\\") {
        text += this.#text[this.#at] ?? "";
        this.#at++;
      }
    }
  }
}
