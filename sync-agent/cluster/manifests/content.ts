/** What a manifest file's text holds. Pure. */
import { type ObjectIdentity, readObject, type StrippedObject } from "../objects/read-object.ts";
import type { Problem } from "../objects/problems.ts";
import { isRecord, unrollList } from "../objects/list.ts";
import { type ManifestDocument, parseManifests, type Position, type Unreadable } from "./parse.ts";

export interface FoundObject {
  readonly identity: ObjectIdentity;
  readonly stripped: StrippedObject;
  /** The object as it was written, which is what last good copies hold. */
  readonly raw: unknown;
  /** Where in its file, for people. */
  readonly place: string;
}

export interface InvalidObject {
  /** `undefined` where the object does not say which one it is. */
  readonly identity: ObjectIdentity | undefined;
  readonly problems: readonly LocatedProblem[];
  /** Whether nothing suggests that it was meant as a Kubernetes object: values of a chart, settings of a tool. */
  readonly isForeign: boolean;
}

export interface LocatedProblem extends Problem {
  readonly position: Position;
}

export interface FileContent {
  readonly objects: readonly FoundObject[];
  readonly invalid: readonly InvalidObject[];
}

export type ContentReading =
  | { readonly outcome: "parsed"; readonly content: FileContent }
  | { readonly outcome: "unreadable"; readonly problem: Unreadable };

export function readContent(text: string): ContentReading {
  const parsed = parseManifests(text);
  if (parsed.outcome === "unreadable") return parsed;
  const objects: FoundObject[] = [];
  const invalid: InvalidObject[] = [];
  for (const document of parsed.documents) readDocument(document, objects, invalid);
  return { outcome: "parsed", content: { objects, invalid } };
}

function isForeign(value: unknown): boolean {
  return !isRecord(value) || (value["kind"] === undefined && !isRecord(value["metadata"]));
}

function readDocument(document: ManifestDocument, objects: FoundObject[], invalid: InvalidObject[]): void {
  for (const { path, value } of unrollList(document.value)) {
    const reading = readObject(value);
    if (reading.outcome === "read") {
      const { identity, stripped } = reading;
      objects.push({ identity, stripped, raw: value, place: document.place(path) });
    } else if (reading.outcome === "invalid") {
      const problems = reading.problems.map((problem) => ({
        ...problem,
        position: document.locate([...path, ...problem.path]),
      }));
      invalid.push({ identity: reading.identity, problems, isForeign: isForeign(value) });
    }
  }
}
