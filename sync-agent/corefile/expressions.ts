import { Expression, ExpressionError } from "../../contract/expression.ts";
import { CorefileError } from "./error.ts";
import type { Word } from "./syntax.ts";

const OPTIONS = { ignoreCase: false, atStart: false };

/**
 * That an expression is one that the edge runs: the syntax of Go, which CoreDNS runs it with, but for its size.
 *
 * @returns how many groups it has
 * @throws CorefileError
 */
export function requireExpression({ place }: Word, source: string): { groups: number } {
  try {
    void new Expression(source, OPTIONS);
    // An empty alternative matches every text, so that the groups can be counted.
    const counted = new Expression(`(?:${source})|`, OPTIONS);
    return { groups: (counted.groups("")?.length ?? 1) - 1 };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new CorefileError(place, `"${source}" ${error.message}`, error.remedy, { cause: error });
  }
}
