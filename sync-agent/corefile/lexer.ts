/**
 * Words of a Corefile, as the lexer of Caddyfiles (v1) has them, which CoreDNS uses. White space separates words; `"…"`
 * keeps it, and of its backslashes only `\"` means something; `` `…` `` keeps everything; `#` begins a comment; a
 * backslash at a line's end continues the line.
 */
import { CorefileError } from "./error.ts";
import type { Place, SourceFile } from "./source.ts";

export interface Token {
  readonly text: string;
  readonly place: Place;
  readonly isQuoted: boolean;
  /** Whether a line begins with it, continued lines aside. */
  readonly startsLine: boolean;
}

/** Corefiles lie in ConfigMaps, which take less. */
const MAX_CHARACTERS = 4 * 1024 * 1024;

/** @throws CorefileError */
export function readTokens(file: SourceFile): Token[] {
  return new Lexer(file).tokens();
}

class Lexer {
  readonly #file: SourceFile;
  readonly #text: string;
  #at = 0;
  #line = 1;
  #startsLine = true;

  constructor(file: SourceFile) {
    this.#file = file;
    this.#text = file.text.startsWith("\uFEFF") ? file.text.slice(1) : file.text;
  }

  tokens(): Token[] {
    if (this.#text.length > MAX_CHARACTERS) {
      throw this.#error(1, "is larger than 4 MiB", "Make it smaller.");
    }
    const tokens: Token[] = [];
    for (;;) {
      this.#skipBlank();
      const char = this.#text[this.#at];
      if (char === undefined) return tokens;
      const place = { file: this.#file, line: this.#line };
      const startsLine = this.#startsLine;
      this.#startsLine = false;
      const isQuoted = char === '"' || char === "`";
      const text = isQuoted ? this.#quoted(char) : this.#plain();
      tokens.push({ text, place, isQuoted, startsLine });
    }
  }

  #skipBlank(): void {
    for (;;) {
      const char = this.#text[this.#at];
      if (char === undefined) return;
      const continued = this.#continuation();
      if (continued > 0) {
        this.#at += continued;
        this.#line++;
      } else if (char === "#") {
        this.#skipComment();
      } else if (/\s/.test(char)) {
        if (char === "\n") {
          this.#line++;
          this.#startsLine = true;
        }
        this.#at++;
      } else return;
    }
  }

  #skipComment(): void {
    const end = this.#text.indexOf("\n", this.#at);
    this.#at = end === -1 ? this.#text.length : end;
  }

  /** The length of a backslash with the line's end behind it; 0 where there is none. */
  #continuation(): number {
    if (this.#text[this.#at] !== "\\") return 0;
    if (this.#text[this.#at + 1] === "\n") return 2;
    return this.#text.startsWith("\r\n", this.#at + 1) ? 3 : 0;
  }

  #plain(): string {
    const begin = this.#at;
    for (;;) {
      const char = this.#text[this.#at];
      if (char === undefined || char === "#" || /\s/.test(char) || this.#continuation() > 0) break;
      this.#at++;
    }
    return this.#text.slice(begin, this.#at);
  }

  #quoted(quote: '"' | "`"): string {
    const began = this.#line;
    let text = "";
    this.#at++;
    for (;;) {
      const char = this.#text[this.#at];
      if (char === undefined) {
        throw this.#error(
          began,
          `the quote ${quote} that begins here does not end`,
          `Write ${quote} at its end.`,
        );
      }
      this.#at++;
      if (char === quote) return text;
      if (char === "\n") this.#line++;
      if (quote === '"' && char === "\\" && this.#text[this.#at] === '"') {
        text += '"';
        this.#at++;
      } else text += char;
    }
  }

  #error(line: number, problem: string, remedy: string): CorefileError {
    return new CorefileError({ file: this.#file, line }, problem, remedy);
  }
}
