/** Manifest text (YAML of several documents, or JSON) into plain JSON values that know where they stand. */
import { type Document, isNode, LineCounter, parseAllDocuments } from "yaml";
import { type FieldPath, fieldText } from "../objects/problems.ts";
import { parsePlainJson } from "./json.ts";
import { SYNTAX_PHRASES } from "./syntax-phrases.ts";

/** Counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export function positionText({ line, column }: Position): string {
  return `line ${line}, column ${column}`;
}

export interface ManifestDocument {
  /** As JSON has it: no aliases, no keys that are not text. */
  readonly value: unknown;
  /** Where a part of the value stands, roughly enough to be cheap. */
  place(path: FieldPath): string;
  /** Where a part of the value stands, or what surrounds it where it is missing. May parse the text again. */
  locate(path: FieldPath): Position;
}

/** Why a text, or a file, gives no objects. `position` is missing where it is not the text that is wrong. */
export interface Unreadable {
  readonly position: Position | undefined;
  /** Reads on after the file's name: `is not valid YAML: …`. Never repeats the text, which may hold secrets. */
  readonly message: string;
  readonly remedy: string;
}

export type Parsed =
  | { readonly outcome: "parsed"; readonly documents: readonly ManifestDocument[] }
  | { readonly outcome: "unreadable"; readonly problem: Unreadable };

/** How often a document may repeat what its anchors hold, counted as the `yaml` package does. */
const MAX_ALIAS_COUNT = 100;

export function parseManifests(text: string): Parsed {
  const json = parsePlainJson(text);
  if (json === undefined) return parseYaml(text);
  return {
    outcome: "parsed",
    documents: [
      {
        value: json,
        place: (path) => (path.length === 0 ? "line 1" : fieldText(path)),
        locate: (path) => {
          const slow = parseYaml(text);
          return slow.outcome === "parsed"
            ? (slow.documents[0]?.locate(path) ?? { line: 1, column: 1 })
            : { line: 1, column: 1 };
        },
      },
    ],
  };
}

function parseYaml(text: string): Parsed {
  const lines = new LineCounter();
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  // Nothing is to be printed by the package, and its messages (which may quote the text) are not used.
  const parsed = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: "error",
    merge: true,
  });
  const documents: ManifestDocument[] = [];
  for (const document of parsed) {
    const error = document.errors[0];
    if (error !== undefined) {
      const at = position(error.pos[0]);
      return unreadable(at, `is not valid YAML: ${SYNTAX_PHRASES[error.code]}`, remedyFor(text, at));
    }
    const start = () => position(document.contents?.range[0] ?? 0);
    const json = toJson(document);
    if ("problem" in json) return unreadable(start(), json.problem, "Write the object out plainly.");
    if (json.value === null) continue;
    const locate = (path: FieldPath) => locateNode(document, path, position) ?? start();
    documents.push({ value: json.value, locate, place: (path) => `line ${locate(path).line}` });
  }
  return { outcome: "parsed", documents };
}

function unreadable(position: Position, message: string, remedy: string): Parsed {
  return { outcome: "unreadable", problem: { position, message, remedy } };
}

function remedyFor(text: string, { line }: Position): string {
  const around = text.split("\n").slice(Math.max(line - 2, 0), line);
  return around.some((part) => part.includes("{{"))
    ? "Render templates first (`helm template`), and give the rendered manifests."
    : "Correct the file there.";
}

function toJson(document: Document): { value: unknown } | { problem: string } {
  try {
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIAS_COUNT });
    // Writes aliases out, and refuses one that holds itself.
    return { value: value === undefined ? null : (JSON.parse(JSON.stringify(value)) as unknown) };
  } catch (error) {
    if (error instanceof ReferenceError) {
      return { problem: "has an alias whose anchor is missing, or aliases that grow beyond bounds" };
    }
    if (error instanceof TypeError) return { problem: "has an alias within what it stands for" };
    if (error instanceof RangeError) return { problem: "is nested too deeply" };
    throw error;
  }
}

function locateNode(
  document: Document,
  path: FieldPath,
  position: (offset: number) => Position,
): Position | undefined {
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return position(node.range[0]);
  }
  return undefined;
}
