/** Reads the annotations of one object, and keeps count of what was bad and of what nobody asked for. */
import type { Warning, WarningReason } from "../../warning.ts";
import { compareText } from "../text-order.ts";
import { type Annotation, BadValue, NGINX_PREFIX, type OnBadValue, OWN_PREFIX } from "./annotation.ts";

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
      return annotation.read(text);
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
    this.#outcomes.add(annotation.onBadValue);
    this.warnings.push({
      object: this.#object,
      field: `metadata.annotations[${written}]`,
      reason: annotation.onBadValue === "ignore" ? "AnnotationIgnored" : "AnnotationRefused",
      message: `"${shorten(shown)}" ${problem.message}; ${CONSEQUENCES[annotation.onBadValue]}.`,
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

function shorten(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 77)}…`;
}
