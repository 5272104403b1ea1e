import { type ApiRequest, matches, type RequestMatch } from "./request.ts";

/** `reset` cuts the connection; `hang` never answers. */
export type Fault =
  | {
      readonly status: number;
      readonly reason?: string;
      readonly message?: string;
      readonly retryAfter?: number;
    }
  | "reset"
  | "hang";

export interface FailRule {
  readonly match: RequestMatch;
  readonly with: Fault;
  /** How many requests; all of them unless given. */
  readonly times?: number;
}

export class Faults {
  readonly #rules = new Set<{ readonly rule: FailRule; left: number }>();

  /** @returns what takes the rule away again. */
  add(rule: FailRule): () => void {
    const entry = { rule, left: rule.times ?? Number.POSITIVE_INFINITY };
    this.#rules.add(entry);
    return () => {
      this.#rules.delete(entry);
    };
  }

  /** What is to befall this request. */
  take(request: ApiRequest): Fault | undefined {
    for (const entry of this.#rules) {
      if (!matches(request, entry.rule.match)) continue;
      if (--entry.left <= 0) this.#rules.delete(entry);
      return entry.rule.with;
    }
    return undefined;
  }
}
