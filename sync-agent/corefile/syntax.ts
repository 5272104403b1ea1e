/**
 * Server blocks of a Corefile. As in a Caddyfile a line is a statement, of which a block may follow on the same line; an
 * `import` is replaced by what a snippet or a file holds.
 */
import { posix } from "node:path";
import { CorefileError } from "./error.ts";
import type { Finding } from "./finding.ts";
import { readTokens, type Token } from "./lexer.ts";
import { type CorefileSource, type Place, resolvePath } from "./source.ts";
import { replaceArguments, replaceVariables } from "./words.ts";

export interface Word {
  readonly text: string;
  readonly place: Place;
}

export interface Statement extends Word {
  readonly args: readonly Word[];
  readonly block: readonly Statement[] | undefined;
}

export interface ServerBlock {
  readonly place: Place;
  readonly keys: readonly Word[];
  readonly statements: readonly Statement[];
}

export interface Syntax {
  readonly blocks: readonly ServerBlock[];
  readonly findings: readonly Finding[];
}

/** What imports may come to before a Corefile is refused. CoreDNS stops at 1000 imports. */
const MOST_IMPORTS = 1000;
const DEEPEST = 100;
const MOST_WORDS = 200_000;

/** @throws CorefileError */
export function readSyntax(source: CorefileSource): Syntax {
  const file = source.files.read(source.path);
  if (file === undefined) throw new Error(`a source must hold its own Corefile, ${source.path}`);
  const parser = new Parser(source);
  parser.readServers(new Cursor(readTokens(file), { path: source.path, depth: 0 }));
  return { blocks: parser.blocks, findings: parser.findings };
}

/** Where tokens came from. */
interface Origin {
  readonly path: string;
  /** How many imports led there. */
  readonly depth: number;
}

interface Snippet {
  readonly tokens: readonly Token[];
  readonly path: string;
}

class Cursor {
  readonly origin: Origin;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[], origin: Origin) {
    this.#tokens = tokens;
    this.origin = origin;
  }

  peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  next(): Token | undefined {
    return this.#tokens[this.#at++];
  }
}

const isBrace = (token: Token | undefined, brace: "{" | "}"): boolean =>
  token?.text === brace && !token.isQuoted;

class Parser {
  readonly blocks: ServerBlock[] = [];
  readonly findings: Finding[] = [];
  readonly #source: CorefileSource;
  readonly #snippets = new Map<string, Snippet>();
  #imports = 0;
  #words = 0;

  constructor(source: CorefileSource) {
    this.#source = source;
  }

  readServers(cursor: Cursor): void {
    for (let token = cursor.peek(); token !== undefined; token = cursor.peek()) {
      if (token.text === "import" && !token.isQuoted) {
        for (const imported of this.#import(cursor, token)) this.readServers(imported);
      } else this.#readServer(cursor, token);
    }
  }

  #readServer(cursor: Cursor, first: Token): void {
    const { place } = first;
    const keys = this.#keys(cursor);
    const [key] = keys;
    const snippet = keys.length === 1 ? /^\((.*)\)$/s.exec(key?.text ?? "")?.[1] : undefined;
    const isOpen = isBrace(cursor.peek(), "{");
    if (snippet !== undefined) {
      if (!isOpen) {
        throw new CorefileError(place, `the snippet (${snippet}) has no block`, "Write it in braces.");
      }
      this.#readSnippet(cursor, snippet, place);
      return;
    }
    if (keys.length === 0) {
      throw new CorefileError(place, "a block has no zone", "Write one before the brace, as in `.:53 {`.");
    }
    const opened = isOpen ? cursor.next()?.place : undefined;
    this.blocks.push({ place, keys, statements: this.#statements(cursor, opened, 1) });
  }

  /** A comma at a key's end says that another one follows, on the next line if need be. */
  #keys(cursor: Cursor): Word[] {
    const keys: Word[] = [];
    let more: Place | undefined;
    for (let token = cursor.peek(); token !== undefined; token = cursor.peek()) {
      if (isBrace(token, "{") || (keys.length > 0 && token.startsLine && more === undefined)) break;
      if (isBrace(token, "}")) throw unopened(token);
      cursor.next();
      const { text, place } = this.#word(token);
      const parts = text.split(",");
      for (const part of parts) if (part !== "") keys.push({ text: part, place });
      more = parts.length > 1 && parts.at(-1) === "" ? place : undefined;
    }
    if (more !== undefined) {
      throw new CorefileError(
        more,
        "another zone must follow the comma",
        "Write it, or take the comma away.",
      );
    }
    return keys;
  }

  #readSnippet(cursor: Cursor, name: string, place: Place): void {
    if (this.#snippets.has(name)) {
      throw new CorefileError(
        place,
        `the snippet (${name}) stands here a second time`,
        "Give it another name.",
      );
    }
    const opened = cursor.next();
    const tokens: Token[] = [];
    let depth = 1;
    for (;;) {
      const token = cursor.next();
      if (token === undefined) throw unclosed(opened?.place ?? place);
      if (isBrace(token, "{")) depth++;
      if (isBrace(token, "}") && --depth === 0) break;
      tokens.push(token);
    }
    this.#snippets.set(name, { tokens, path: cursor.origin.path });
  }

  /** @param opened where the block's brace stands; without one, everything to the end belongs to it. */
  #statements(cursor: Cursor, opened: Place | undefined, depth: number): Statement[] {
    const statements: Statement[] = [];
    for (;;) {
      const token = cursor.peek();
      if (token === undefined) {
        if (opened !== undefined) throw unclosed(opened);
        return statements;
      }
      if (isBrace(token, "}")) {
        if (opened === undefined) throw unopened(token);
        cursor.next();
        return statements;
      }
      if (token.text === "import" && !token.isQuoted) {
        for (const imported of this.#import(cursor, token)) {
          for (const each of this.#statements(imported, undefined, depth)) statements.push(each);
        }
      } else statements.push(this.#statement(cursor, token, depth));
    }
  }

  #statement(cursor: Cursor, first: Token, depth: number): Statement {
    if (isBrace(first, "{")) {
      throw new CorefileError(
        first.place,
        "a brace begins a line",
        "Write it at the end of the line that it belongs to.",
      );
    }
    if (depth > DEEPEST) {
      throw new CorefileError(first.place, "blocks lie too deep in one another", "Close some of them.");
    }
    cursor.next();
    const { text, place } = this.#word(first);
    const args: Word[] = [];
    for (let token = cursor.peek(); token !== undefined && !token.startsLine; token = cursor.peek()) {
      if (isBrace(token, "}")) break;
      cursor.next();
      if (isBrace(token, "{")) {
        return { text, place, args, block: this.#statements(cursor, token.place, depth + 1) };
      }
      args.push(this.#word(token));
    }
    return { text, place, args, block: undefined };
  }

  #word(token: Token): Word {
    if (++this.#words > MOST_WORDS) {
      throw new CorefileError(token.place, "is too long, with all its imports", "Import less.");
    }
    if (!token.isQuoted && /[^{]\{$/.test(token.text)) {
      throw new CorefileError(
        token.place,
        `"${token.text}" ends in a brace`,
        "Write a space before the brace.",
      );
    }
    const { text, place } = replaceVariables(token, this.#source);
    return { text, place };
  }

  /** A cursor for each thing that is imported. */
  #import(cursor: Cursor, token: Token): Cursor[] {
    cursor.next();
    const words: Word[] = [];
    for (let next = cursor.peek(); next !== undefined && !next.startsLine; next = cursor.peek()) {
      if (isBrace(next, "}")) break;
      cursor.next();
      words.push(this.#word(next));
    }
    const [what, ...args] = words;
    if (what === undefined || what.text === "") {
      throw new CorefileError(token.place, "an import names nothing", "Name a snippet or a file.");
    }
    if (++this.#imports > MOST_IMPORTS || cursor.origin.depth >= DEEPEST) {
      throw new CorefileError(
        what.place,
        `importing "${what.text}" has no end`,
        "Let nothing import itself.",
      );
    }
    const depth = cursor.origin.depth + 1;
    const snippet = this.#snippets.get(what.text);
    if (snippet !== undefined) {
      const texts = args.map(({ text }) => text);
      return [new Cursor(replaceArguments(snippet.tokens, texts), { path: snippet.path, depth })];
    }
    if (args.length > 0) {
      throw new CorefileError(
        what.place,
        `an import of files takes one argument, and "${what.text}" is no snippet`,
        "Name one file or pattern, or write the snippet before its import.",
      );
    }
    return this.#importFiles(what, cursor.origin.path).map(
      ({ path, tokens }) => new Cursor(tokens, { path, depth }),
    );
  }

  #importFiles({ text, place }: Word, from: string): { path: string; tokens: Token[] }[] {
    const pattern = resolvePath(posix.dirname(from), text);
    const isPattern = /[*?]/.test(text);
    // CoreDNS takes no more, so that no pattern keeps it busy.
    if (/[[\]]/.test(text) || text.split("*").length > 2 || text.split("?").length > 2) {
      throw new CorefileError(
        place,
        `the pattern ${text} has more than one wildcard`,
        "Write one `*`, and several imports where need be.",
      );
    }
    const { files } = this.#source;
    const paths = isPattern ? files.list(posix.dirname(pattern)).filter(matcher(pattern)) : [pattern];
    const found = paths.flatMap((path) => {
      const file = files.read(path);
      return file === undefined ? [] : [{ path, tokens: readTokens(file) }];
    });
    if (found.length > 0) return found;
    if (!isPattern) {
      throw new CorefileError(
        place,
        `"${text}" is neither a snippet nor a file beside the Corefile`,
        "Write the snippet before its import, or the file's text under that key.",
      );
    }
    this.findings.push({
      kind: "note",
      place,
      message: `No file matches ${text}.`,
      remedy: "Nothing: one that is added is read.",
    });
    return [];
  }
}

/** A wildcard matches within one element of a path. */
function matcher(pattern: string): (path: string) => boolean {
  const name = posix.basename(pattern);
  const parts = name.split(/([*?])/).map((part) => {
    if (part === "*") return "[^/]*";
    return part === "?" ? "[^/]" : part.replaceAll(/[\\^$.+()[\]{}|]/g, String.raw`\$&`);
  });
  const expression = new RegExp(`^${parts.join("")}$`);
  return (path) => expression.test(posix.basename(path));
}

function unclosed(place: Place): CorefileError {
  return new CorefileError(place, "the block that begins here does not end", "Write a closing brace.");
}

function unopened({ place }: Token): CorefileError {
  return new CorefileError(place, "a closing brace has no opening one", "Take it away.");
}
