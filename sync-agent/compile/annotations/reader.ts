/** Reads the annotations of one object, and keeps count of what was bad and of what nobody asked for. */
import { unknownVariables } from "../../../contract/index.ts";
import type { Warning, WarningReason } from "../../warning.ts";
import { compareText } from "../text-order.ts";
import { type Annotation, BadValue, NGINX_PREFIX, type OnBadValue, OWN_PREFIX } from "./annotation.ts";
import { VARIABLES_REMEDY } from "./values.ts";

export class AnnotationReader {
  readonly #object: string;
  readonly #values: Readonly<Record<string, string>>;
  readonly #defaults: Readonly<Record<string, string>>;
  readonly #asked = new Set<string>();
  readonly #outcomes = new Set<OnBadValue>();
  readonly warnings: Warning[] = [];

  /**
   * @param object `Ingress shop/web`
   * @param defaults what counts where the object says nothing. Whoever wrote them has been told of bad ones.
   */
  constructor(
    object: string,
    values: Readonly<Record<string, string>>,
    defaults: Readonly<Record<string, string>> = {},
  ) {
    this.#object = object;
    this.#values = values;
    this.#defaults = defaults;
  }

  /** `undefined` where the annotation is absent, and where it is bad: then there is a warning. */
  read<T>(annotation: Annotation<T>): T | undefined {
    const { name, alias } = annotation;
    this.#asked.add(name);
    if (alias !== undefined) this.#asked.add(alias);
    const written = [name, alias].find((key) => key !== undefined && this.#values[key] !== undefined);
    const text = written === undefined ? undefined : this.#values[written];
    if (written === undefined || text === undefined) return this.#readDefault(annotation);
    try {
      const value = annotation.read(text);
      if (annotation.reference.hasVariables === true) this.#noteUnknown(written, text);
      return value;
    } catch (error) {
      if (!(error instanceof BadValue)) throw error;
      this.refuse(annotation, error, written, text);
      return undefined;
    }
  }

  #readDefault<T>(annotation: Annotation<T>): T | undefined {
    const text = this.#defaults[annotation.name];
    if (text === undefined) return undefined;
    try {
      return annotation.read(text);
    } catch (error) {
      if (!(error instanceof BadValue)) throw error;
      this.#outcomes.add(annotation.onBadValue);
      return undefined;
    }
  }

  /** Whether anything is said of it, well or badly. */
  has({ name, alias }: Annotation<unknown>): boolean {
    return [this.#values[name], alias && this.#values[alias], this.#defaults[name]].some(
      (text) => text !== undefined,
    );
  }

  /** For what only shows once several annotations, or other objects, are seen together. */
  refuse(annotation: Annotation<unknown>, problem: BadValue, written = annotation.name, text?: string): void {
    const shown = text ?? this.#values[written] ?? "";
    const outcome = annotation.onBadValue;
    const consequence = annotation.reference.ifBad?.consequence ?? CONSEQUENCES[outcome];
    this.#outcomes.add(outcome);
    this.warnings.push({
      object: this.#object,
      field: `metadata.annotations[${written}]`,
      reason: outcome === "ignore" ? "AnnotationIgnored" : "AnnotationRefused",
      message: `${quoted(shown)} ${problem.message}; ${consequence}.`,
      remedy: problem.remedy,
    });
  }

  /**
   * For a value that can be read, and yet does not mean all that it seems to.
   *
   * @param message a sentence
   */
  note(
    { name }: Annotation<unknown>,
    message: string,
    remedy: string,
    reason: WarningReason = "AnnotationWithoutEffect",
  ): void {
    const field = `metadata.annotations[${name}]`;
    this.warnings.push({ object: this.#object, field, reason, message, remedy });
  }

  #noteUnknown(written: string, text: string): void {
    const unknown = unknownVariables(text).map((name) => `$${name}`);
    if (unknown.length === 0) return;
    this.warnings.push({
      object: this.#object,
      field: `metadata.annotations[${written}]`,
      reason: "AnnotationIgnored",
      message: `${quoted(text)} holds ${unknown.join(", ")}, of which nothing is known here; ${unknown.length === 1 ? "it stands" : "they stand"} for an empty text.`,
      remedy: VARIABLES_REMEDY,
    });
  }

  /** The gravest consequence of what was read so far. */
  get outcome(): OnBadValue | undefined {
    return (["close", "deny", "keep", "ignore"] as const).find((outcome) => this.#outcomes.has(outcome));
  }

  /** Names with one of our prefixes that nothing asked for, sorted. */
  leftOver(): string[] {
    return Object.keys(this.#values)
      .filter((name) => name.startsWith(NGINX_PREFIX) || name.startsWith(OWN_PREFIX))
      .filter((name) => !this.#asked.has(name))
      .toSorted(compareText);
  }
}

const CONSEQUENCES: Readonly<Record<OnBadValue, string>> = {
  ignore: "the Ingress is served as if it were not written",
  keep: "the Ingress is served as it was before, or answers 503",
  deny: "the Ingress's requests are refused, since it restricts who may come in",
  close: "the Ingress's requests are refused, since it restricts who may come in",
};

const MAX_SHOWN = 80;

/** A value as a warning shows it: on one line, and in a terminal nothing but text. */
export function quoted(text: string): string {
  const start = text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN - 3)}…`;
  const plain = start
    .toWellFormed()
    // Control and format characters, which may turn text around, and what breaks lines.
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (char) => ESCAPES.get(char) ?? escape(char));
  return `"${plain}"`;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

function escape(char: string): string {
  return `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;
}
